import type { Fault } from './template.ts';

/** A filter as written: `| truncate: 200`. */
export type FilterCall = { name: string; argument?: string | number | boolean; offset: number };

/** A stretch of template text from `offset` to `end`; a literal `((` is a text of its own, longer in the source than in `text`. */
export type Token =
  | { kind: 'text'; text: string; offset: number; end: number }
  | { kind: 'tag'; name: string; filters: readonly FilterCall[]; offset: number; end: number }
  | { kind: 'malformed'; offset: number; end: number };

/** A tag's token. */
export type TagToken = Extract<Token, { kind: 'tag' }>;

/** All tokens of a template in order; `closed` is false where a tag never ends, so that what follows it means little. */
export type Tokens = { tokens: readonly Token[]; faults: readonly Fault[]; closed: boolean };

type Reading = { text: string; at: number; faults: Fault[] };

/** Splits a template into texts and tags, before anything looks at what the text is (product.md, "Dynamic tags"). */
export function tokenise(text: string): Tokens {
  const reading: Reading = { text, at: 0, faults: [] };
  const tokens: Token[] = [];
  let closed = true;
  const opener = /\\\(\(|\(\(+/g;
  for (let match = opener.exec(text); match !== null; match = opener.exec(text)) {
    const escaped = match[0].startsWith('\\');
    const offset = escaped ? match.index : opener.lastIndex - 2;
    pushText(tokens, text, reading.at, offset);
    reading.at = opener.lastIndex;
    if (escaped) {
      tokens.push({ kind: 'text', text: '((', offset, end: reading.at });
    } else {
      const tag = readTag(reading, offset);
      tokens.push(tag);
      closed &&= tag.kind === 'tag' || text.startsWith('))', tag.end - 2);
    }
    opener.lastIndex = reading.at;
  }
  pushText(tokens, text, reading.at, text.length);
  return { tokens, faults: reading.faults, closed };
}

function pushText(tokens: Token[], text: string, offset: number, end: number): void {
  if (offset < end) tokens.push({ kind: 'text', text: text.slice(offset, end), offset, end });
}

function readTag(reading: Reading, offset: number): Token {
  const stop = findStop(reading, /\)\)|\(\(|\|/g);
  const name = reading.text.slice(reading.at, stop).trim();
  reading.at = stop;
  const filters: FilterCall[] = [];
  while (reading.text[reading.at] === '|') {
    const filter = readFilter(reading);
    if (filter === undefined) return skipMalformed(reading, offset);
    filters.push(filter);
  }
  if (!reading.text.startsWith('))', reading.at)) {
    reading.faults.push({
      message: 'The tag is not closed: "))" is missing (a literal "((" is written "\\((")',
      offset,
    });
    return skipMalformed(reading, offset);
  }
  reading.at += 2;
  if (name === '') {
    reading.faults.push({ message: 'The tag has no name (a literal "((" is written "\\((")', offset });
    return { kind: 'malformed', offset, end: reading.at };
  }
  return { kind: 'tag', name, filters, offset, end: reading.at };
}

/** Goes on after the `))` that ends the malformed tag, or where the next one opens. */
function skipMalformed(reading: Reading, offset: number): Token {
  const stop = findStop(reading, /\)\)|\(\(/g);
  reading.at = reading.text.startsWith('))', stop) ? stop + 2 : stop;
  return { kind: 'malformed', offset, end: reading.at };
}

function findStop(reading: Reading, stops: RegExp): number {
  stops.lastIndex = reading.at;
  return stops.exec(reading.text)?.index ?? reading.text.length;
}

function readFilter(reading: Reading): FilterCall | undefined {
  const offset = reading.at;
  const head = take(reading, /\|\s*([A-Za-z][\w-]*)\s*(:\s*)?/y);
  if (head === undefined) return refuse(reading, 'A filter\'s name is expected after "|"', offset);
  const filter = { name: head[1] ?? '', offset };
  if (head[2] === undefined)
    return atFilterEnd(reading) ? filter : refuse(reading, 'A filter\'s argument follows a ":"');
  const argument = readArgument(reading);
  if (argument === undefined) return undefined;
  return atFilterEnd(reading) ? { ...filter, argument } : refuse(reading, '"|" or "))" is expected here');
}

function atFilterEnd(reading: Reading): boolean {
  take(reading, /\s+/y);
  const { text, at } = reading;
  // An opening `((` or the end of the text is reported as a tag that is not closed.
  return text[at] === '|' || text.startsWith('))', at) || text.startsWith('((', at) || at === text.length;
}

function readArgument(reading: Reading): string | number | boolean | undefined {
  const { text, at } = reading;
  if (text[at] === '"' || text[at] === "'") {
    const quoted = take(reading, /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|'([^'\\]*(?:\\[\s\S][^'\\]*)*)'/y);
    if (quoted !== undefined) return (quoted[1] ?? quoted[2] ?? '').replace(/\\(["'\\])/g, '$1');
    reading.at = text.length;
    return refuse(reading, 'The quoted argument is not closed', at);
  }
  const bare = take(reading, /(-?\d+(?:\.\d+)?|true|false)(?![\w.])/y)?.[1];
  if (bare !== undefined) return bare === 'true' || bare === 'false' ? bare === 'true' : Number(bare);
  if (text.startsWith('\\"', at)) {
    return refuse(
      reading,
      'Write the argument in plain quotes, without "\\": tags are read before the JSON around them',
    );
  }
  if (typographicQuote.test(text[at] ?? '')) {
    return refuse(reading, `The typographic quote ${text[at]} does not quote an argument: use "`);
  }
  return refuse(reading, 'The argument must be a text in quotes, a number, true or false');
}

/** Quotes that word processors put in place of `"` and `'`. */
export const typographicQuote = /[\u201c-\u201f\u2018-\u201b\u00ab\u00bb\u2039\u203a\u2032\u2033\uff02\uff07]/;

function take(reading: Reading, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reading.at;
  const match = pattern.exec(reading.text);
  if (match === null) return undefined;
  reading.at = pattern.lastIndex;
  return match;
}

function refuse(reading: Reading, message: string, offset: number = reading.at): undefined {
  reading.faults.push({ message, offset });
  return undefined;
}
