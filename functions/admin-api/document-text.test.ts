import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDocumentText } from '../../core/document/read-text.ts';
import { findUnstorable } from '../../core/json-text.ts';
import { maxDocumentBytes, writeDocument } from './document-text.ts';

// What the door lets in: well-formed text without NUL, and numbers that are kept exactly.
const texts = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
const lineTexts = fc
  .array(fc.constantFrom('a', ' ', '\n', '\r', '\t', '#', ':', '- ', '"', "'", '\u2028', '\u0085', '((', '%', '|'))
  .map((parts) => parts.join(''));
const scalars = fc.oneof(
  texts,
  lineTexts,
  fc.constantFrom('true', 'null', '~', '1e3', '0x1f', '.inf', '2026-11-21', '<<', '*a', '&a', '!x', '=', '---', ''),
  fc.integer(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((number) => !Number.isInteger(number) && findUnstorable(number).length === 0),
  fc.boolean(),
);
const documents = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalars, fc.array(tie('value')), fc.dictionary(lineTexts, tie('value'))),
})).value;

test.each(['json', 'yaml'] as const)('any document written as %s reads as the same', (format) => {
  fc.assert(
    fc.property(fc.dictionary(texts, documents), (document) => {
      const { body } = writeDocument(document, format);
      expect(readDocumentText(body, format)).toEqual({ outcome: 'read', value: JSON.parse(JSON.stringify(document)) });
    }),
  );
});

test('a document that only JSON keeps below the limit is written as JSON, which is YAML too', () => {
  const document = { list: Array.from({ length: 500_000 }, () => 1) };
  const { body, contentType } = writeDocument(document, 'yaml');
  expect(contentType).toContain('application/yaml');
  expect(Buffer.byteLength(body)).toBeLessThan(maxDocumentBytes);
  expect(JSON.parse(body)).toEqual(document);
});
