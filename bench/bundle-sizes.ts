import { statSync } from 'node:fs';
import { join } from 'node:path';
import { functionNames } from '../functions/routes.ts';
import { againstBar, type Figure, notMeasured, withoutBar } from './figure.ts';
import type { Setting } from './setting.ts';

/** Functions on the path of reports and webhooks, whose size has a bar. */
const hot: readonly string[] = ['receive-feedback', 'fire-listener', 'send-webhook'];
const bar = { atMost: 500, unit: ' kB' };
const how = 'Size of the minified bundle without its source map, in units of 1,000 bytes.';

/** Weighs the bundles that are deployed. */
export async function measureBundleSizes({ dist }: Setting): Promise<Figure[]> {
  const built: readonly string[] = functionNames;
  const missing = hot.filter((name) => !built.includes(name));
  return [
    ...built.map((name) => weigh(name, dist)),
    ...missing.map((name) => notMeasured(`bundle, ${name}`, 'at most 500 kB', 'There is no such function yet.')),
  ];
}

function weigh(name: string, dist: string): Figure {
  const value = statSync(join(dist, name, 'index.mjs')).size / 1_000;
  const measured = { subject: `bundle, ${name}`, value, figure: `${value.toFixed(0)} kB`, how };
  return hot.includes(name) ? againstBar(measured, bar) : withoutBar(measured);
}
