import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FunctionName, functionNames } from '../functions/routes.ts';
import { buildEmptyFunction } from './empty-function.ts';
import { againstBar, type Figure } from './figure.ts';
import { compare, interleave, type Repetition, subject, type Timed } from './interleave.ts';
import { openPlace, type Place } from './place.ts';
import type { Setting } from './setting.ts';

/** Times the import alone: how long Node itself takes to start is nobody's doing. */
const script = `
const startedAt = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - startedAt), () => process.exit(0));
`;

/** Times import and initialisation of every bundle against an empty function with the same SDK clients. */
export async function measureStartUp({ assemblyDir, dist, quick }: Setting): Promise<Figure[]> {
  const place = await openPlace(assemblyDir);
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-bench-'));
  const repetition = quick ? { warmUps: 1, rounds: 1, times: 5 } : { warmUps: 2, rounds: 5, times: 7 };
  const figures: Figure[] = [];
  for (const name of functionNames) {
    figures.push(await measureFunction(place, name, { dist, folder: join(folder, name), repetition }));
  }
  rmSync(folder, { recursive: true });
  await place.stop();
  return figures;
}

async function measureFunction(
  { provisioned }: Place,
  name: FunctionName,
  { dist, folder, repetition }: { dist: string; folder: string; repetition: Repetition },
): Promise<Figure> {
  const environment = provisioned.environmentOf(name);
  const bundle = join(dist, name, 'index.mjs');
  const { file, clients } = await buildEmptyFunction(name, bundle, folder);
  const bundled = subject(name, importTime(bundle, environment));
  const empty = subject('empty function', importTime(file, environment));
  await interleave([bundled, empty], repetition);
  const { ratio, lowest, highest, ms, otherMs } = compare(bundled, empty);
  const figure = `${ratio.toFixed(2)}x (${lowest.toFixed(2)} to ${highest.toFixed(2)}); ${ms.toFixed(0)} ms against ${otherMs.toFixed(0)} ms`;
  const times = repetition.rounds * repetition.times;
  const how =
    `Import of the bundle in a fresh process, in the function's own environment, against a function of the same build that ` +
    `only makes its clients (${clients.map((client) => client.replace('@aws-sdk/', '')).join(', ')}); ${times} processes each.`;
  return againstBar({ subject: `start-up, ${name}`, value: ratio, figure, how }, { atMost: 1.3, unit: 'x' });
}

function importTime(file: string, environment: Readonly<Record<string, string>>): Timed {
  const env = { PATH: process.env.PATH, ...environment };
  return async () => {
    const args = ['--input-type=module', '--eval', script, file];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return Number(/[\d.]+$/.exec(stdout)?.[0]);
  };
}
