import { Failure } from '../failure.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
/** What a line without anything in its cells is made of, beside quotes: commas, semicolons, tabs and blanks. */
const emptiness = new Set([0x2c, 0x3b, 0x09, 0x20]);

/** How much an import takes: bytes of a piece, pieces, and lines beside the header. */
type ImportLimits = { pieceBytes: number; pieces: number; lines: number };

/** Cuts a file into the pieces of an import; fails where it is more than an import takes. */
export function cutForImport(
  content: Uint8Array<ArrayBuffer>,
  { pieceBytes, pieces: mostPieces, lines: mostLines }: ImportLimits,
): Uint8Array<ArrayBuffer>[] {
  const pieces = cutIntoPieces(content, pieceBytes);
  const detail = { lines: ['Make several files of it, each with the header, and import one after the other.'] };
  if (pieces.length > mostPieces) {
    const most = `${mostPieces} pieces of ${pieceBytes.toLocaleString('en')} bytes at most`;
    throw new Failure('refused', `The file is too large: an import takes ${most}.`, detail);
  }
  const lines = countLines(content) - 1;
  if (lines > mostLines) {
    const [has, takes] = [lines, mostLines].map((count) => count.toLocaleString('en'));
    throw new Failure('refused', `The file has ${has} lines; an import takes ${takes} at most.`, detail);
  }
  return pieces;
}

/** Counts the lines of a CSV file that say something; line breaks in quotes end none. */
function countLines(content: Uint8Array): number {
  let [count, isQuoted, isEmpty] = [0, false, true];
  for (const byte of content) {
    if (byte === quote) isQuoted = !isQuoted;
    else if (isQuoted || (byte !== lineFeed && byte !== carriageReturn)) isEmpty &&= emptiness.has(byte);
    else {
      if (!isEmpty) count += 1;
      isEmpty = true;
    }
  }
  return isEmpty ? count : count + 1;
}

/** Cuts a file after line breaks into pieces of at most so many bytes; together they are the file. */
export function cutIntoPieces(content: Uint8Array<ArrayBuffer>, mostBytes: number): Uint8Array<ArrayBuffer>[] {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  while (content.byteLength - start > mostBytes) {
    const window = content.subarray(start, start + mostBytes);
    const lineEnd = window.lastIndexOf(lineFeed);
    // A file with the line breaks of old Macs has no line feed at all.
    const last = lineEnd === -1 ? window.lastIndexOf(carriageReturn) : lineEnd;
    if (last === -1) throw new Failure('refused', `A line is longer than ${mostBytes.toLocaleString('en')} bytes.`);
    pieces.push(window.subarray(0, last + 1));
    start += last + 1;
  }
  return [...pieces, content.subarray(start)];
}
