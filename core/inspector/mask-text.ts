import { maskElements, maskParts } from './mask-markup.ts';
import { isSecretName, namesSecret } from './secret-names.ts';

const mask = '***';
/** How far before `=` or `:` a name may begin. */
const maxNameLength = 100;

/** Credentials that are known by how they look: those of an address, of a scheme, and tokens. */
const credentials =
  /(:\/\/)[^\s/@"'<>]{1,200}(?=@)|\b((?:bearer|basic)\s{1,5})[\w.~+/=-]{12,}|\beyJ[\w-]{5,2000}\.[\w.-]{5,}/gi;

/** Ways in which a text may be written within another. */
const decodings = [
  (text: string) => text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decodePercent(run)),
  (text: string) =>
    text.replace(/&(quot|apos|lt|gt|amp|#34|#39|#x22|#x27);/gi, (_, name: string) => entities[name] ?? '"'),
  (text: string) => text.replace(/\\{1,8}(["'/])/g, '$1'),
];
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", '#39': "'", '#x27': "'" };

/**
 * Masks what names of secrets stand before, in whatever form: `name=value`, `name: value`, JSON that is broken or cut, elements
 * and attributes, parts of a form. Rather too much than too little: where it is not clear where a value ends, it goes on to the
 * end of its line. A text in which a secret is only seen once it is decoded is shown decoded.
 */
export function maskNamed(text: string): string {
  let masked = maskPlain(text);
  for (const decode of decodings) {
    const decoded = decode(masked);
    if (decoded === masked) continue;
    const deep = maskPlain(decoded);
    if (deep !== decoded) masked = deep;
  }
  return masked;
}

/** Masks a form or a query: whole values by their decoded names, and what is masked within the others. */
export function maskForm(form: string, maskValue: (text: string) => string): string {
  const pieces = form.split('&').map((piece) => {
    const [[name, value] = ['', '']] = new URLSearchParams(piece);
    const given = piece.includes('=') ? piece.slice(0, piece.indexOf('=')) : piece;
    const shownName = maskValue(name) === name ? given : encodeURIComponent(maskValue(name));
    if (!piece.includes('=')) return shownName;
    if (namesSecret(name)) return `${shownName}=${mask}`;
    const masked = maskValue(value);
    return `${shownName}=${masked === value ? piece.slice(given.length + 1) : encodeURIComponent(masked)}`;
  });
  return pieces.join('&');
}

function decodePercent(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return Buffer.from(run.replaceAll('%', ''), 'hex').toString('latin1');
  }
}

function maskPlain(text: string): string {
  const marked = maskParts(maskListed(maskElements(text)));
  return maskAssigned(marked).replace(credentials, (_, address = '', scheme = '') => `${address}${scheme}${mask}`);
}

/** Masks what stands in the same brackets as a name that is a value: `["Cookie", "…"]`, `{"name": "Cookie", "value": "…"}`. */
function maskListed(text: string): string {
  const open: { start: number; isSecret: boolean }[] = [];
  const spans: { start: number; end: number }[] = [];
  const close = (end: number) => {
    const bracket = open.pop();
    if (bracket?.isSecret) spans.push({ start: bracket.start, end });
  };
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"?|[[\]{}]/g)) {
    const bracket = open.at(-1);
    if (token === '[' || token === '{') open.push({ start: index + 1, isSecret: false });
    else if (token === ']' || token === '}') close(index);
    else if (bracket !== undefined && isSecretName(token.slice(1, -1)) && !isKey(text, index + token.length)) {
      bracket.isSecret = true;
    }
  }
  while (open.length > 0) close(text.length);
  return replaceSpans(text, spans);
}

function isKey(text: string, end: number): boolean {
  return /^\s{0,20}:/.test(text.slice(end, end + 21));
}

/** Masks values that follow a name with `=` or `:`. */
function maskAssigned(text: string): string {
  const spans: { start: number; end: number }[] = [];
  let from = 0;
  for (const { index } of text.matchAll(/[=:]/g)) {
    if (index < from) continue;
    const [name = ''] =
      /[^&"'=:,;{}<>()?\r\n]*["'\\]*\s*$/.exec(text.slice(Math.max(0, index - maxNameLength), index)) ?? [];
    if (!namesSecret(name.replace(/["'\\\s]+$/, '').trim())) continue;
    const span = findValue(text, index + 1, /["']\s*$/.test(name));
    spans.push(span);
    from = span.end;
  }
  return replaceSpans(text, spans);
}

/** Where the value goes that begins here: to its closing quote or bracket, else to `&` or the end of the line, continued ones included. */
function findValue(text: string, after: number, isNameQuoted: boolean): { start: number; end: number } {
  const start = after + (matchAt(/[>=]?[ \t]*/y, text, after)?.length ?? 0);
  const findLineEnd = () => start + (matchAt(/(?:[^&\r\n]|\r?\n[ \t])*/y, text, start)?.length ?? 0);
  if (isNameQuoted) {
    const plain = matchAt(/\s*(?:-?[\d.]+(?:e[+-]?\d+)?|true|false|null)(?=\s*[,}\]])/iy, text, start);
    if (plain !== undefined)
      return { start: start + plain.length - plain.trimStart().length, end: start + plain.length };
    const bracketed = matchAt(/\s*[[{]/y, text, start);
    if (bracketed !== undefined) return { start, end: findClosing(text, start) };
  }
  const [quoted, lead = '', quote = ''] = execAt(/(\s*\\*)(["'])/y, text, start) ?? [];
  if (quoted === undefined) return { start, end: findLineEnd() };
  const inner = start + quoted.length;
  const pattern = quote === '"' ? /(?:[^"\\]|\\[\s\S])*/y : /(?:[^'\\]|\\[\s\S])*/y;
  const closing = lead.includes('\\')
    ? text.indexOf(quoted.trimStart(), inner)
    : inner + (matchAt(pattern, text, inner)?.length ?? 0);
  const end = closing === -1 ? text.length : closing;
  // Quotes delimit what JSON or an attribute says; elsewhere they may belong to the value.
  const isDelimited = isNameQuoted || matchAt(/["']\s*(?:[/?]?>|[\w:.-]{1,60}=["'])/y, text, end) !== undefined;
  return isDelimited ? { start: inner, end } : { start, end: Math.max(findLineEnd(), Math.min(end + 1, text.length)) };
}

function findClosing(text: string, start: number): number {
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\[\s\S])*"?|[[\]{}]/g;
  tokens.lastIndex = start;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === '[' || token[0] === '{') depth += 1;
    else if (token[0] === ']' || token[0] === '}') depth -= 1;
    if (depth === 0) return tokens.lastIndex;
  }
  return text.length;
}

function execAt(pattern: RegExp, text: string, place: number): RegExpExecArray | undefined {
  pattern.lastIndex = place;
  return pattern.exec(text) ?? undefined;
}

function matchAt(pattern: RegExp, text: string, place: number): string | undefined {
  return execAt(pattern, text, place)?.[0];
}

function replaceSpans(text: string, spans: readonly { start: number; end: number }[]): string {
  let kept = '';
  let position = 0;
  for (const { start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    if (start < position) continue;
    kept += text.slice(position, start) + mask;
    position = end;
  }
  return kept + text.slice(position);
}
