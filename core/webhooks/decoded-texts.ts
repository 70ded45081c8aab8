/** A text, decoded, and where each of its UTF-16 units stood: unit i covers `starts[i]` up to `starts[i + 1]` of the original. */
export type DecodedText = { text: string; starts: Uint32Array };

/** How often a text is decoded again: senders escape what others have escaped already. */
const maxDepth = 2;

const decoders: readonly ((escaped: string) => string | undefined)[] = [
  (run) => (run.startsWith('%') ? decodePercent(run) : undefined),
  (run) => (run === '+' ? ' ' : run.startsWith('%') ? decodePercent(run) : undefined),
  (run) => (run.startsWith('\\') ? decodeJson(run) : undefined),
  (run) => (run.startsWith('&') ? decodeEntity(run) : undefined),
];
// One expression per decoder, each linear: nothing in them repeats what may also be matched otherwise.
const escapes = [
  /(?:%[0-9A-Fa-f]{2})+/g,
  /(?:%[0-9A-Fa-f]{2})+|\+/g,
  /\\(?:u[0-9A-Fa-f]{4}|["\\/bfnrt])/g,
  /&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);/g,
];

/** The text as it stands and everything it decodes to, by percent, form, JSON and XML escapes and two of them after each other. */
export function decodeTexts(text: string): { depth: number; decoded: DecodedText }[] {
  const starts = Uint32Array.from({ length: text.length + 1 }, (_, index) => index);
  const found: { depth: number; decoded: DecodedText }[] = [{ depth: 0, decoded: { text, starts } }];
  for (const { depth, decoded } of found) {
    if (depth === maxDepth) continue;
    for (const place of decoders.keys()) {
      const next = decodeOnce(decoded, place);
      if (next !== undefined) found.push({ depth: depth + 1, decoded: next });
    }
  }
  return found;
}

function decodeOnce({ text, starts }: DecodedText, place: number): DecodedText | undefined {
  const [expression, decode] = [escapes[place], decoders[place]];
  if (expression === undefined || decode === undefined || text.search(expression) === -1) return undefined;
  const pieces: string[] = [];
  const positions = new Uint32Array(text.length + 1);
  let length = 0;
  let read = 0;
  const keep = (end: number) => {
    pieces.push(text.slice(read, end));
    for (; read < end; read += 1) positions[length++] = starts[read] ?? 0;
  };
  for (const match of text.matchAll(expression)) {
    keep(match.index);
    const [run] = match;
    const decoded = decode(run) ?? run;
    pieces.push(decoded);
    // The characters of a run share it: by their bytes where it is percent-encoded, else it is a single one.
    let offset = 0;
    for (const character of decoded) {
      const start = starts[Math.min(match.index + offset, match.index + run.length)] ?? 0;
      for (let unit = 0; unit < character.length; unit += 1) positions[length++] = start;
      offset += character === '\ufffd' && !isReplacement(run, offset) ? 3 : Buffer.byteLength(character) * 3;
    }
    read = match.index + run.length;
  }
  keep(text.length);
  positions[length] = starts[text.length] ?? 0;
  return { text: pieces.join(''), starts: positions.subarray(0, length + 1) };
}

/** Each byte that is no UTF-8 becomes a character of its own: else it could not be told where those after it stood. */
function decodePercent(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  const characters: string[] = [];
  for (let index = 0; index < bytes.length; ) {
    const end = index + countBytes(bytes[index] ?? 0);
    const character = bytes.toString('utf8', index, end);
    const isWhole = Buffer.from(character).equals(bytes.subarray(index, end));
    characters.push(isWhole ? character : '\ufffd');
    index = isWhole ? end : index + 1;
  }
  return characters.join('');
}

/** The bytes of a character of UTF-8, by the first of them. */
function countBytes(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

function isReplacement(run: string, offset: number): boolean {
  return run.slice(offset, offset + 9).toLowerCase() === '%ef%bf%bd';
}

const jsonEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function decodeJson(run: string): string {
  const escaped = run.slice(1);
  if (escaped.startsWith('u')) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return jsonEscapes[escaped] ?? escaped;
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

function decodeEntity(run: string): string | undefined {
  const named = entities[run];
  if (named !== undefined) return named;
  const hexadecimal = run[2] === 'x' || run[2] === 'X';
  const point = Number.parseInt(run.slice(hexadecimal ? 3 : 2, -1), hexadecimal ? 16 : 10);
  return point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
}
