import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { Fault } from './template.ts';
import { type Token, typographicQuote } from './tokenise.ts';

/** Where a tag stands in JSON; an object's key is no place for one. */
export type JsonPlace = 'json-string' | 'json-value' | 'json-key';

type Scan = { inString: boolean; escaping: boolean; stringStart: number; strings: { offset: number; end: number }[] };

/** Finds the place of every tag, and what keeps the text from being JSON for any values of its tags. */
export function placeInJson(source: string, tokens: readonly Token[], closed: boolean) {
  const scan: Scan = { inString: false, escaping: false, stringStart: 0, strings: [] };
  const places: JsonPlace[] = [];
  const masked: string[] = [];
  for (const token of tokens) {
    const length = token.end - token.offset;
    if (token.kind === 'text') {
      masked.push(token.text.padEnd(length, '('));
      scanStrings(scan, token.text, token.offset);
      places.push('json-value');
    } else if (scan.inString) {
      masked.push('x'.repeat(length));
      places.push('json-string');
    } else {
      masked.push(`"${'x'.repeat(length - 2)}"`);
      scan.strings.push({ offset: token.offset, end: token.end });
      places.push('json-value');
    }
  }
  const json = masked.join('');
  markKeys(json, tokens, scan.strings, places);
  return { places, faults: closed ? findSyntaxFaults(source, json, scan.strings) : [] };
}

/** Follows the strings through a stretch of text; like a JSON parser it gives a string up at a line's end. */
function scanStrings(scan: Scan, text: string, offset: number): void {
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (scan.inString && scan.escaping) scan.escaping = false;
    else if (scan.inString && char === '\\') scan.escaping = true;
    else if (char === '"' || (scan.inString && char === '\n')) {
      if (scan.inString) scan.strings.push({ offset: scan.stringStart, end: offset + at + 1 });
      scan.inString = !scan.inString;
      scan.stringStart = offset + at;
    }
  }
}

function markKeys(
  json: string,
  tokens: readonly Token[],
  strings: readonly { offset: number; end: number }[],
  places: JsonPlace[],
): void {
  let index = 0;
  const colon = /\s*:/y;
  for (const { offset, end } of strings) {
    colon.lastIndex = end;
    const isKey = colon.test(json);
    for (let token = tokens[index]; token !== undefined && token.offset < end; token = tokens[index]) {
      if (isKey && token.kind !== 'text' && token.offset >= offset) places[index] = 'json-key';
      if (token.end > end) break;
      index += 1;
    }
  }
}

/** `json` is the source with tags masked at equal length, so that offsets are those of the source. */
function findSyntaxFaults(source: string, json: string, strings: readonly { offset: number; end: number }[]): Fault[] {
  try {
    JSON.parse(json);
    return [];
  } catch {
    const errors = locateSyntaxErrors(json);
    const quotes = findTypographicQuotes(json, strings, errors[0]?.offset ?? 0);
    if (quotes.length > 0) return quotes;
    if (errors.length === 0) return [{ message: 'The body is not JSON, or nested too deeply', offset: 0 }];
    return errors.map((error) => describe(source, json, error));
  }
}

/** The first error of each line: the rest of a line mostly follows from it. */
function locateSyntaxErrors(json: string): ParseError[] {
  const errors: ParseError[] = [];
  try {
    parse(json, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // The locating parser is recursive: text nested thousands deep exhausts its stack.
  }
  let lineEnd = -1;
  return errors.filter(({ offset }) => {
    if (offset <= lineEnd) return false;
    lineEnd = json.indexOf('\n', offset);
    if (lineEnd === -1) lineEnd = json.length;
    return true;
  });
}

function describe(source: string, json: string, error: ParseError): Fault {
  const name = printParseErrorCode(error.error);
  const inString = /^Invalid(?:EscapeCharacter|Unicode|Character)$/.test(name);
  const offset = inString ? findInString(json, error.offset) : error.offset;
  if (source.startsWith('\\((', offset) || source.startsWith('\\((', offset + 1)) {
    const message =
      'In JSON "\\((" writes a literal "((" inside a string; for a backslash before a tag write "\\u005c(("';
    return { message, offset };
  }
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return { message: `The body is not JSON: ${words}`, offset };
}

/** The parser names the whole string; its author needs the first character in it that is wrong. */
function findInString(json: string, from: number): number {
  const escapeOrFault = /\\(?:u[\da-fA-F]{4}|["\\/bfnrt])|\\|\p{Cc}/gu;
  escapeOrFault.lastIndex = from;
  for (let match = escapeOrFault.exec(json); match !== null; match = escapeOrFault.exec(json)) {
    if (match[0].length === 1) return match.index;
  }
  return from;
}

/** Typographic quotes outside strings; where all stand inside one, those on the line of the first error. */
function findTypographicQuotes(
  json: string,
  strings: readonly { offset: number; end: number }[],
  errorOffset: number,
): Fault[] {
  const all = [...json.matchAll(new RegExp(typographicQuote.source, 'g'))];
  let index = 0;
  const outside = all.filter((match) => {
    while ((strings[index]?.end ?? Number.POSITIVE_INFINITY) <= match.index) index += 1;
    return match.index < (strings[index]?.offset ?? Number.POSITIVE_INFINITY);
  });
  const lineStart = json.lastIndexOf('\n', errorOffset - 1) + 1;
  const lineEnd = json.indexOf('\n', errorOffset);
  const onErrorLine = all.filter(({ index: at }) => at >= lineStart && (lineEnd === -1 || at < lineEnd));
  return (outside.length > 0 ? outside : onErrorLine).map((match) => ({
    message: `The typographic quote ${match[0]} is no JSON quote: use "`,
    offset: match.index,
  }));
}
