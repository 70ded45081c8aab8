import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { synthesise } from '../local/synthesise.ts';
import { Figure } from './figure.ts';
import { measures } from './measures.ts';
import { toMarkdown, toTable } from './results.ts';
import type { Setting } from './setting.ts';

const root = join(import.meta.dirname, '..');
const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    tickets: { type: 'string' },
  },
});
const tickets = z.coerce
  .number()
  .int()
  .min(2_000)
  .parse(given.tickets ?? (given.quick ? 5_000 : 100_000));
const unknown = given.only.filter((name) => !measures.has(name));
if (unknown.length > 0) {
  console.error(`There is no measurement ${unknown.join(', ')}; there are ${[...measures.keys()].join(', ')}.`);
  process.exit(1);
}

process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), 'feedbridge-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const assemblyDir = await synthesise(folder);
const figures: Figure[] = [];
for (const name of measures.keys()) {
  if (given.only.length > 0 && !given.only.includes(name)) continue;
  console.error(name);
  figures.push(...(await measureApart(name)));
}
console.log(`\n${toTable(figures)}`);
if (given.quick || given.only.length > 0) {
  console.log('\nThis was a try: bench/results.md is written by a whole run, without --quick and --only.');
} else {
  writeFileSync(join(import.meta.dirname, 'results.md'), toMarkdown(figures, new Date()));
}

async function measureApart(name: string): Promise<Figure[]> {
  const { quick } = given;
  const setting: Setting = { assemblyDir, dist: join(folder, 'dist'), quick, tickets };
  const child = fork(join(import.meta.dirname, 'measure.ts'), [name, JSON.stringify(setting)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const received: unknown[] = [];
  child.on('message', (message) => received.push(message));
  const [code] = await ended;
  if (code !== 0) throw new Error(`the measurement '${name}' failed; what it said is above`);
  return z.array(Figure).parse(received[0]);
}
