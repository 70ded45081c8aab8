import { readFileSync } from 'node:fs';
import { arch, cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Figure } from './figure.ts';

const root = join(import.meta.dirname, '..');
const Package = z.object({ version: z.string() });

/** Packages whose versions decide the figures. */
const packages = [
  '@aws-sdk/client-dynamodb',
  '@aws-lambda-powertools/logger',
  '@middy/core',
  'zod',
  'esbuild',
  '@dynoxide/linux-x64',
  'fauxqs',
  'liquidjs',
  'mustache',
];

/** The figures as a table for the terminal. */
export function toTable(figures: readonly Figure[]): string {
  const rows = [['what', 'figure', 'bar', 'verdict'], ...figures.map((one) => [one.subject, ...cellsOf(one)])];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The figures as a page: the table, how each was taken, and on what. */
export function toMarkdown(figures: readonly Figure[], date: Date): string {
  const rows = figures.map((one) => `| ${[one.subject, ...cellsOf(one)].join(' | ')} |`);
  const ways = Map.groupBy(figures, ({ how }) => how);
  const explained = [...ways].map(([how, ones]) => `- ${ones.map((one) => one.subject).join('; ')}: ${how}`);
  return [
    '# Results of `npm run bench`',
    '',
    'Speeds are ratios against something measured in the same run, in turn with it; the range in brackets is that of the rounds.',
    'Machines differ: compare ratios, not times.',
    '',
    '| what | figure | bar | verdict |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## How',
    '',
    ...explained,
    '',
    '## Where',
    '',
    `${date.toISOString().slice(0, 10)}, ${describeMachine()}, Node ${process.versions.node}.`,
    `${packages.map((name) => `${name} ${versionOf(name)}`).join(', ')}.`,
    '',
  ].join('\n');
}

function cellsOf({ figure, bar, verdict }: Figure): string[] {
  return [figure, bar, verdict];
}

function describeMachine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores of ${cpu?.model.trim() ?? 'unknown make'}, ${gigabytes} GB, ${type()} ${arch()}`;
}

function versionOf(name: string): string {
  try {
    return Package.parse(JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))).version;
  } catch {
    return '(not installed)';
  }
}
