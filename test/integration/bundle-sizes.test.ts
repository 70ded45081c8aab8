import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { LambdaFunction } from '../../local/known-resources.ts';
import { namesBeforeStart } from '../../local/names.ts';
import { readAssembly, resourcesOf } from '../../local/template.ts';

// A report or a webhook that meets a cold start waits until this much code is loaded.
const maxBytes = 500_000;

// What a function loads later, and how large it may be: a value with `match` waits for it once in an instance's life.
const loadedLater: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'send-webhook': { 're2js.mjs': 160_000 },
  'fire-listener': { 're2js.mjs': 160_000 },
};

test.for(['receive-feedback', 'fire-listener', 'send-webhook'])(
  'the bundle of %s has at most 500,000 bytes of code that a start loads',
  (name) => {
    const later = loadedLater[name] ?? {};
    const sizes = moduleSizesOf(name);
    const atStart = [...sizes].filter(([file]) => !Object.hasOwn(later, file));
    expect(atStart.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThanOrEqual(maxBytes);
    for (const [file, bytes] of Object.entries(later)) expect(sizes.get(file)).toBeLessThanOrEqual(bytes);
  },
);

/** The bytes of each of a function's modules as they are deployed; source maps are read only where something fails. */
function moduleSizesOf(name: string): Map<string, number> {
  const assembly = readAssembly(inject('assemblyDir'));
  const found = resourcesOf(assembly, LambdaFunction, namesBeforeStart(assembly.resources)).find(
    ({ properties }) => properties.FunctionName === `${assembly.stackName}-${name}`,
  );
  if (found === undefined) throw new Error(`the template has no function ${name}`);
  const folder = assembly.bundleOf(found.properties.Code.S3Key);
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[cm]?js$/.test(file));
  return new Map(modules.map((file) => [file, statSync(join(folder, file)).size]));
}
