import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeContext, withPart } from '../../test/sample-document.ts';
import { checkDocument, documentReferences } from './check-document.ts';
import { diffDocuments } from './diff-documents.ts';
import type { Path } from './problems.ts';
import { readDocumentText } from './read-text.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

/** Every path of a value, deepest last. */
function listPaths(value: unknown, path: Path = []): Path[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const step = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return [path, ...inner.flatMap(([name, item]) => listPaths(item, [...path, step(name)]))];
}

const paths = listPaths(apollo).filter((path) => path.length > 0);
const oddText = fc.constantFrom(
  '',
  ' ',
  '((',
  '((x))',
  '))',
  '\\((',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '🙂',
  '/',
  '~',
  '<<',
);
const part = fc.oneof(
  fc.jsonValue(),
  oddText,
  fc.string(),
  fc.constant(undefined),
  fc.constantFrom(-1, 0, 1e300, Number.NaN),
);
const mutation = fc.record({ path: fc.constantFrom(...paths), part });
const mutated = fc
  .array(mutation, { minLength: 1, maxLength: 5 })
  .map((mutations) => mutations.reduce((value, { path, part: changed }) => withPart(value, path, changed), apollo));

test('whatever is changed in a document, the check answers and never throws', () => {
  fc.assert(
    fc.property(mutated, (input) => {
      const check = checkDocument(input, makeContext());
      documentReferences(input);
      if (check.outcome === 'valid') return;
      expect(check.problems.length).toBeGreaterThan(0);
      for (const { message } of check.problems) expect(message.isWellFormed()).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('a valid document, put back as it was kept, is valid and the same', () => {
  fc.assert(
    fc.property(mutated, (input) => {
      const check = checkDocument(input, makeContext());
      if (check.outcome === 'invalid') return;
      const again = checkDocument(check.source, makeContext({ memberEmails: new Set(['crash-bot@example.com']) }));
      if (again.outcome === 'invalid') throw new Error(JSON.stringify(again.problems));
      expect(diffDocuments(check.source, again.source)).toEqual([]);
      expect(again.document).toEqual({ ...check.document, members: [] });
    }),
    { numRuns: 300 },
  );
});

test('any text is read or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.jsonValue().map((value) => stringify(value)),
      ),
      (text) => {
        for (const format of ['json', 'yaml'] as const) readDocumentText(text, format);
      },
    ),
  );
});

test('a document reads the same from JSON and from YAML', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const json = readDocumentText(text, 'json');
      const yaml = readDocumentText(stringify(JSON.parse(text)), 'yaml');
      if (json.outcome === 'read' && yaml.outcome === 'read') expect(yaml.value).toEqual(json.value);
      expect(yaml.outcome).toBe(json.outcome);
    }),
  );
});
