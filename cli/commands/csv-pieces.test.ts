import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutForImport, cutIntoPieces } from './csv-pieces.ts';

const line = fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n') });

test('pieces are as large as they may be, end with a line, and together are the file', () => {
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 50, max: 90 }), (lines, most) => {
      const content = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
      const pieces = cutIntoPieces(content, most);
      expect(Buffer.concat(pieces)).toEqual(Buffer.from(content));
      for (const piece of pieces) expect(piece.byteLength).toBeLessThanOrEqual(most);
      for (const piece of pieces.slice(0, -1)) expect(piece.at(-1)).toBe(0x0a);
    }),
  );
});

test('a line that no piece can hold is refused', () => {
  expect(() => cutIntoPieces(new Uint8Array(101).fill(0x61), 100)).toThrow('longer than 100 bytes');
});

const limits = { pieceBytes: 100, pieces: 3, lines: 4 };
const bytes = (text: string) => new TextEncoder().encode(text);

test('a file is cut for an import that takes it, with as many lines as there may be beside the header', () => {
  const file = 'email,name\r\n\r\na@b.cd,"A\n""B"""\r\n,,\nc@b.cd,C\rd@b.cd,D\ne@b.cd,E';
  expect(cutForImport(bytes(file), limits)).toHaveLength(1);
  expect(cutForImport(bytes('email\n'), limits)).toHaveLength(1);
});

test('a file with more than an import takes is refused before anything is sent, with the limit', () => {
  const lines = (count: number, text: string) => bytes(`${text}\n`.repeat(count));
  expect(() => cutForImport(lines(6, 'a'), limits)).toThrow('The file has 5 lines; an import takes 4 at most.');
  expect(() => cutForImport(lines(4, 'a'.repeat(60)), limits)).toThrow('an import takes 3 pieces of 100 bytes');
});
