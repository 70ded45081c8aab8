// Every repetition below is bounded: the text is a stranger's, and an open one would let it cost quadratic time.

/** Expressions (global) that find a secret in text: one for its escaped forms, one for each way Base64 can align with it. */
export function secretPatterns(secret: string): RegExp[] {
  return secretForms(secret).flatMap((form) => {
    const bytes = Buffer.from(form, 'utf8');
    return [escapedPattern(form), ...[0, 1, 2].map((offset) => base64Pattern(bytes, offset))];
  });
}

/** A value stored with a line break or spaces around it is often sent, and echoed, without them. */
function secretForms(secret: string): string[] {
  const trimmed = secret.trim();
  return trimmed === secret || trimmed.length < 8 ? [secret] : [secret, trimmed];
}

/** Encoders differ in which characters they escape, so each character may stand in any of its forms. */
function escapedPattern(secret: string): RegExp {
  const pieces = secret.match(/\\+|[^\\]/gsu) ?? [];
  return new RegExp(
    pieces.map((piece) => (piece.startsWith('\\') ? backslashes(piece.length) : character(piece))).join(''),
    'g',
  );
}

/** A run is one piece: with a repetition per backslash, a long run of them in the text would take exponential time. */
function backslashes(count: number): string {
  return String.raw`(?:\\{${count},${count * 4}}|(?:${percentByte(0x5c)}){${count}}|(?:\\{1,7}u005[cC]){${count}})`;
}

const shortJsonEscapes: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' };
const namedEntities: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

function character(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  const shortEscape = shortJsonEscapes[text];
  const forms = [
    [...Buffer.from(text, 'utf8')].map(percentByte).join(''),
    ...entities(text),
    units.map((unit) => String.raw`\\{1,7}u${anyCase(hex(unit, 4))}`).join(''),
    ...(shortEscape === undefined ? [] : [String.raw`\\{1,7}${shortEscape}`]),
    ...(/["'/]/.test(text) ? [String.raw`\\{1,7}${text}`] : []),
    ...(text === ' ' ? [String.raw`\+`] : []),
    // Last, because `%` begins `%25` and `&` begins `&amp;`: the longer form has to be tried first.
    units.map(literal).join(''),
  ];
  return `(?:${forms.join('|')})`;
}

function entities(text: string): string[] {
  const codePoint = text.codePointAt(0) ?? 0;
  if (/[0-9A-Za-z]/.test(text)) return [];
  const name = namedEntities[text];
  const numeric = [`&#0{0,6}${codePoint};`, `&#[xX]0{0,6}${anyCase(codePoint.toString(16))};`];
  return name === undefined ? numeric : [...numeric, `&${name};`];
}

/** One byte, percent-encoded once or several times over. */
function percentByte(byte: number): string {
  return `%(?:25){0,3}${anyCase(hex(byte, 2))}`;
}

const base64Digit = '[0-9A-Za-z+/_-]';

/**
 * Finds the secret inside the Base64 of a longer text that has it `offset` bytes (modulo 3) after a boundary of three bytes, as
 * `user:secret` has. The digits that hold only bits of the secret are fixed; the digits shared with its neighbours may be any.
 */
function base64Pattern(secret: Uint8Array, offset: number): RegExp {
  const digits = Buffer.concat([Buffer.alloc(offset), secret]).toString('base64');
  const firstOwn = Math.ceil((offset * 8) / 6);
  const endOfOwn = Math.floor(((offset + secret.length) * 8) / 6);
  const own = [...digits.slice(firstOwn, endOfOwn)].map(base64Form).join('');
  const sharedBefore = offset === 0 ? '' : `${base64Digit}?`;
  const sharedAfter = (offset + secret.length) % 3 === 0 ? '' : `${base64Digit}?(?:=|%(?:25){0,3}3[dD]){0,2}`;
  return new RegExp(sharedBefore + own + sharedAfter, 'g');
}

/** The standard digit, the one of the URL-safe alphabet, and either as escaped in a URL or in JSON. */
function base64Form(digit: string): string {
  if (digit === '+') return String.raw`(?:[+-]|${percentByte(0x2b)}|\\{1,7}u002[bB])`;
  if (digit === '/') return String.raw`(?:\\{0,7}\/|_|${percentByte(0x2f)}|\\{1,7}u002[fF])`;
  return digit;
}

function literal(unit: number): string {
  return String.raw`\u${hex(unit, 4)}`;
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}

function anyCase(hexDigits: string): string {
  return hexDigits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
