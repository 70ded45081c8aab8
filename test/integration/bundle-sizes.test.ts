import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { LambdaFunction } from '../../local/known-resources.ts';
import { namesBeforeStart } from '../../local/names.ts';
import { readAssembly, resourcesOf } from '../../local/template.ts';

// A report or a webhook that meets a cold start waits until this much code is loaded.
const maxBytes = 500_000;

test.for(['receive-feedback', 'send-webhook'])('the bundle of %s has at most 500,000 bytes of code', (name) => {
  expect(codeBytesOf(name)).toBeLessThanOrEqual(maxBytes);
});

/** The bytes of a function's modules as they are deployed; source maps are read only where something fails. */
function codeBytesOf(name: string): number {
  const assembly = readAssembly(inject('assemblyDir'));
  const found = resourcesOf(assembly, LambdaFunction, namesBeforeStart(assembly.resources)).find(
    ({ properties }) => properties.FunctionName === `${assembly.stackName}-${name}`,
  );
  if (found === undefined) throw new Error(`the template has no function ${name}`);
  const folder = assembly.bundleOf(found.properties.Code.S3Key);
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.[cm]?js$/.test(file));
  return modules.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
