import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const forbidden = [
  ['core/probe.ts', '../adapters/dynamodb/table.ts'],
  ['core/tickets/probe.ts', '../../functions/kit/http.ts'],
  ['core/probe.ts', 'node:fs'],
  ['core/probe.ts', '@aws-sdk/client-dynamodb'],
  ['core/probe.ts', '@aws-sdk/lib-dynamodb/dist/index.js'],
  ['core/probe.ts', 'undici'],
  ['adapters/s3/probe.ts', '../../functions/kit/http.ts'],
  ['adapters/s3/probe.ts', '../../local/engines.ts'],
  ['functions/tick/probe.ts', '../../lib/settings.ts'],
  ['functions/tick/probe.ts', '../../local/engines.ts'],
  ['functions/tick/probe.ts', 'aws-cdk-lib/aws-sqs'],
  ['lib/probe.ts', '../functions/tick/handler.ts'],
  ['lib/probe.ts', '../core/member.ts'],
  ['bin/probe.ts', '../adapters/dynamodb/table.ts'],
  ['local/probe.ts', '../functions/tick/handler.ts'],
  ['local/probe.ts', '../core/member.ts'],
  ['local/probe.ts', '../lib/settings.ts'],
] as const;

const allowed = [
  ['core/tickets/probe.ts', '../member.ts'],
  ['core/tickets/probe.ts', 'zod'],
  ['core/probe.ts', './members.ts'],
  ['adapters/s3/probe.ts', '../../core/member.ts'],
  ['functions/tick/probe.ts', '../../adapters/sqs/queue.ts'],
  ['lib/probe.ts', '../functions/routes.ts'],
  ['lib/probe.ts', './settings.ts'],
  ['local/probe.ts', './engines.ts'],
  ['local/probe.ts', '@aws-sdk/client-sqs'],
] as const;

/** Lints one file per import in a folder of its own, under the project's rules, and says which lines broke a layer. */
function findBroken(cases: readonly (readonly [string, string])[]): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-layers-'));
  try {
    copyFileSync('biome.json', join(folder, 'biome.json'));
    const files = cases.map(([file, imported], place) => {
      const path = join(folder, dirname(file), `probe-${place}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `import { thing } from '${imported}';\n\nthing();\n`);
      return path;
    });
    const biome = resolve('node_modules/.bin/biome');
    const { stdout, stderr } = spawnSync(biome, ['lint', '--max-diagnostics=none', '--only=noRestrictedImports', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return files.map((file) => `${stdout}${stderr}`.includes(`${basename(file)}:1`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the linter refuses every import against the direction of the layers', () => {
  const broken = findBroken(forbidden);
  expect(forbidden.filter((_, place) => broken[place] !== true)).toEqual([]);
});

test('the linter lets every layer import what lies below it', () => {
  const broken = findBroken(allowed);
  expect(allowed.filter((_, place) => broken[place] === true)).toEqual([]);
});
