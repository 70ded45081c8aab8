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
  ['cli/probe.ts', '../core/member.ts'],
  ['cli/commands/probe.ts', '../../functions/routes.ts'],
  ['cli/server/probe.ts', '../../adapters/dynamodb/table.ts'],
  ['cli/probe.ts', '../local/json-file.ts'],
  ['cli/probe.ts', '@aws-sdk/client-s3'],
] as const;

const allowed = [
  ['core/tickets/probe.ts', '../member.ts'],
  ['core/tickets/probe.ts', 'zod'],
  ['core/probe.ts', './members.ts'],
  ['core/schedules/probe.ts', 'luxon'],
  ['adapters/s3/probe.ts', '../../core/member.ts'],
  ['functions/tick/probe.ts', '../../adapters/sqs/queue.ts'],
  ['lib/probe.ts', '../functions/routes.ts'],
  ['lib/probe.ts', './settings.ts'],
  ['local/probe.ts', './engines.ts'],
  ['local/probe.ts', '@aws-sdk/client-sqs'],
  ['cli/commands/probe.ts', '../server/client.ts'],
  ['cli/probe.ts', 'commander'],
] as const;

const impure = ['process.env', 'process', 'Date.now()', 'Math.random()'] as const;

const pure = ["Date.parse('2026-11-30')", 'new Date(0)', 'Math.max(1, 2)'] as const;

type Probe = readonly [file: string, code: string];

const rules = ['noRestrictedImports', 'noRestrictedGlobals', 'noJsRestrictedProperties'];

/** Lints each probe as a file of a folder of its own, under the project's rules, and says which first lines they refuse. */
function findRefused(probes: readonly Probe[]): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-layers-'));
  try {
    copyFileSync('biome.json', join(folder, 'biome.json'));
    const files = probes.map(([file, code], place) => {
      const path = join(folder, file.replace(/\bprobe\b/, `probe-${place}`));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
      return path;
    });
    const biome = resolve('node_modules/.bin/biome');
    const only = rules.map((rule) => `--only=${rule}`);
    const { stdout, stderr } = spawnSync(biome, ['lint', '--max-diagnostics=none', ...only, '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return files.map((file) => `${stdout}${stderr}`.includes(`${basename(file)}:1`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findBroken(cases: readonly (readonly [string, string])[]): boolean[] {
  return findRefused(cases.map(([file, imported]) => [file, `import { thing } from '${imported}';\n\nthing();\n`]));
}

test('the linter refuses every import against the direction of the layers', () => {
  const broken = findBroken(forbidden);
  expect(forbidden.filter((_, place) => broken[place] !== true)).toEqual([]);
});

test('the linter lets every layer import what lies below it', () => {
  const broken = findBroken(allowed);
  expect(allowed.filter((_, place) => broken[place] === true)).toEqual([]);
});

test('the linter keeps the process, the clock and randomness out of core', () => {
  const refused = findRefused(impure.map((value) => ['core/tickets/probe.ts', `export const found = ${value};\n`]));
  expect(impure.filter((_, place) => refused[place] !== true)).toEqual([]);
});

test('the linter lets core compute with what it is given, and everything else ask', () => {
  const refused = findRefused([
    ...pure.map((value): Probe => ['core/tickets/probe.ts', `export const found = ${value};\n`]),
    ...impure.map((value): Probe => ['functions/tick/probe.ts', `export const found = ${value};\n`]),
    ...impure.map((value): Probe => ['core/probe.test.ts', `export const found = ${value};\n`]),
  ]);
  expect(refused).not.toContain(true);
});

test('of bin, only what prints the JSON Schema reads core', () => {
  const code = "import { thing } from '../core/document/json-schema.ts';\n\nthing();\n";
  expect(
    findRefused([
      ['bin/print-schema.ts', code],
      ['bin/probe.ts', code],
    ]),
  ).toEqual([false, true]);
});
