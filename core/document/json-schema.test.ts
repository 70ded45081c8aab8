import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { withPart } from '../../test/sample-document.ts';
import { documentJsonSchema } from './json-schema.ts';

const apollo: unknown = parse(readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8'));

const published: unknown = JSON.parse(
  readFileSync(new URL('../../docs/project-document.schema.json', import.meta.url), 'utf8'),
);

test('the published JSON Schema is the one that the schema gives', () => {
  const advice = 'regenerate it: npm run schema';
  expect(published, advice).toEqual(documentJsonSchema());
});

test('the example validates against the published JSON Schema, and a misspelt property does not', () => {
  const schema = z.fromJSONSchema(documentJsonSchema());
  expect(schema.safeParse(apollo).error).toBeUndefined();
  expect(schema.safeParse(withPart(apollo, ['externalSources', 0, 'nmae'], 'x')).success).toBe(false);
});

test('the example names its JSON Schema for editors', () => {
  const [first] = readFileSync(new URL('../../examples/apollo.yaml', import.meta.url), 'utf8').split('\n');
  expect(first).toBe('# yaml-language-server: $schema=../docs/project-document.schema.json');
});
