import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutIntoPieces } from './csv-pieces.ts';

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
