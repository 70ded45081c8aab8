import { Failure } from '../failure.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

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
