import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { pathParameters } from './path-parameters.ts';
import { type Content, type Route, routes } from './routes.ts';

const all = Object.entries<Route>(routes);

describe('every route', () => {
  test('has a method and a path of its own', () => {
    const keys = all.map(([, { method, path }]) => `${method} ${path.replaceAll(/\{[^}]+\}/g, '{}')}`);
    expect(new Set(keys).size).toBe(all.length);
  });

  test('has only path variables that are described', () => {
    for (const [, { path }] of all) {
      for (const [, variable] of path.matchAll(/\{([^}]+)\}/g)) expect(Object.keys(pathParameters)).toContain(variable);
    }
  });

  test('is checked by the gateway if and only if it is for people and tools', () => {
    for (const [, { path, authorised }] of all) expect(authorised).toBe(path.startsWith('/admin/v1/'));
  });

  test('has an answer that is no refusal, and each refusal once', () => {
    for (const [, { answers, refusals }] of all) {
      expect(Object.keys(answers).every((status) => /^[23]\d\d$/.test(status))).toBe(true);
      expect(Object.keys(answers).length).toBeGreaterThan(0);
      expect(new Set(refusals).size).toBe(refusals.length);
    }
  });

  test('has examples that its own schemas accept', () => {
    for (const [, { body, answers }] of all) {
      for (const content of [body, ...Object.values(answers).map((answer) => answer.content)]) {
        for (const { schema, example } of Object.values<Content[string]>(content ?? {})) {
          if (example !== undefined && schema instanceof z.ZodType) expect(() => schema.parse(example)).not.toThrow();
        }
      }
    }
  });
});

test('reading the routes loads no AWS SDK, because the stack is built from them', async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'routes.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs);
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(inputs.filter((path) => /(^|\/)(adapters|lib|local)\//.test(path))).toEqual([]);
  expect(imported.filter((path) => path.startsWith('@'))).toEqual([]);
});
