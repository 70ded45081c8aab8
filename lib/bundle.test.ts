import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { functionNames } from '../functions/routes.ts';
import { bundleFunctions } from './bundle.ts';
import { temporaryFolder } from './stack-under-test.ts';

const dist = temporaryFolder();

describe('bundling', () => {
  beforeAll(() => bundleFunctions(dist), 60_000);

  test('gives each function a folder with an ES module and its source map', () => {
    for (const name of functionNames) {
      expect(existsSync(join(dist, name, 'index.mjs'))).toBe(true);
      expect(existsSync(join(dist, name, 'index.mjs.map'))).toBe(true);
    }
  });

  test('leaves nothing out that a function imports at its start', () => {
    for (const name of functionNames) {
      const code = readFileSync(join(dist, name, 'index.mjs'), 'utf8');
      // A message of the SDK for e-mail quotes an import in brackets.
      const imported = [...code.matchAll(/\bfrom ?"([^"]+)"|(?<!\[)\bimport ?"([^"]+)"/g)].map(
        (match) => match[1] ?? match[2],
      );
      expect(imported.filter((specifier) => specifier?.startsWith('@'))).toEqual([]);
    }
  });

  test('puts RE2 beside the sender, which loads it only when it is needed', async () => {
    const code = readFileSync(join(dist, 'send-webhook', 'index.mjs'), 'utf8');
    expect(code).toMatch(/\bimport\("\.\/re2js\.mjs"\)/);
    expect(code).not.toMatch(/\b(?:from|import) ?"\.\/re2js\.mjs"/);
    const loaded: unknown = await import(pathToFileURL(join(dist, 'send-webhook', 're2js.mjs')).href);
    expect(loaded).toHaveProperty('RE2JS.compile');
  });

  test('puts the pages of the API reference next to answer-rest, compressed', () => {
    const docs = join(dist, 'answer-rest', 'docs');
    const require = createRequire(import.meta.url);
    for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
      const unpacked = gunzipSync(readFileSync(join(docs, `${file}.gz`)));
      expect(unpacked.equals(readFileSync(require.resolve(`swagger-ui-dist/${file}`)))).toBe(true);
    }
    expect(existsSync(join(docs, 'favicon.png'))).toBe(true);
  });
});
