import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { pathParameters } from './path-parameters.ts';
import { type Route, routes } from './routes.ts';

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
});

test('reading the routes loads nothing else, because the stack is built from them', async () => {
  const entryPoints = [join(import.meta.dirname, 'routes.ts')];
  const { metafile } = await build({ entryPoints, bundle: true, packages: 'external', write: false, metafile: true });
  expect(Object.values(metafile.inputs).flatMap(({ imports }) => imports)).toEqual([]);
});
