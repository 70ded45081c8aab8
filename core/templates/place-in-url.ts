import type { Fault, TagEncoding } from './template.ts';
import type { Token } from './tokenise.ts';

const startTag = /^(?:var|secret)\./;

/** Finds how each tag goes into a URL, and what keeps the URL from being absolute http or https for any values of its tags. */
export function placeInUrl(tokens: readonly Token[]): { encodings: TagEncoding[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const [first, second] = tokens;
  const startsWithTag = first?.kind === 'tag' && startTag.test(first.name);
  const encodings = tokens.map(
    (_, index): TagEncoding => (index === 0 && startsWithTag ? 'url-start' : 'url-component'),
  );
  if (startsWithTag) {
    if (first.filters.length > 0) {
      faults.push({ message: 'A tag at the start of a URL is inserted as it stands and takes no filter', offset: 0 });
    }
    if (second !== undefined && !(second.kind === 'text' && /^[/?#]/.test(second.text))) {
      faults.push({
        message: 'A tag at the start of a URL must be followed by "/", "?", "#" or the end',
        offset: second.offset,
      });
    }
  } else {
    checkOrigin(tokens, faults);
  }
  for (const [index, token] of tokens.entries()) checkText(token, tokens[index + 1], faults);
  return { encodings, faults };
}

function checkOrigin(tokens: readonly Token[], faults: Fault[]): void {
  if (tokens[0] !== undefined && tokens[0].kind !== 'text') {
    faults.push({ message: 'Only ((var.…)) and ((secret.…)) may stand at the start of a URL', offset: 0 });
    return;
  }
  const masked = tokens
    .map((token) => (token.kind === 'text' ? token.text : 'x'.repeat(token.end - token.offset)))
    .join('');
  const match = /^https?:\/\/([^/?#\\]*)/i.exec(masked);
  const authority = match?.[1] ?? '';
  const tag = tokens.find(({ kind, offset }) => kind !== 'text' && offset < (match?.[0].length ?? 0));
  if (tag !== undefined) {
    faults.push({ message: 'A tag may not stand in the scheme, host or port of a URL', offset: tag.offset });
  } else if (authority === '' || !URL.canParse(masked)) {
    faults.push({ message: 'The URL must be absolute: http:// or https:// and a host', offset: 0 });
  }
  if (authority.includes('@')) {
    faults.push({ message: 'The URL may not contain a user name or password', offset: masked.indexOf('@') });
  }
}

function checkText(token: Token, next: Token | undefined, faults: Fault[]): void {
  if (token.kind !== 'text') return;
  for (const { 0: char, index } of token.text.matchAll(/[\s\\]|\p{Cc}/gu)) {
    const message =
      char === '\\'
        ? 'A URL may not contain a backslash: write "/" or "%5C"'
        : 'A URL may not contain white space or control characters: write %20 for a space';
    faults.push({ message, offset: token.offset + index });
  }
  const unfinished = /%[0-9a-f]?$/i.exec(token.text);
  if (unfinished !== null && next !== undefined && next.kind !== 'text') {
    faults.push({ message: 'A tag may not complete a percent escape', offset: token.offset + unfinished.index });
  }
}
