import { measureBulkRun } from './bulk-run.ts';
import { measureBundleSizes } from './bundle-sizes.ts';
import { measureListPage } from './list-page.ts';
import { measureNeighbours } from './neighbours.ts';
import { measurePipeline } from './pipeline.ts';
import { measureReceive } from './receive.ts';
import { measureSend } from './send.ts';
import type { Measure } from './setting.ts';
import { measureSettling } from './settle.ts';
import { measureStartUp } from './start-up.ts';
import { measureTags } from './tags.ts';

/** Every measurement by the name that `--only` takes, in the order of the results. */
export const measures: ReadonlyMap<string, Measure> = new Map([
  ['receive', measureReceive],
  ['start-up', measureStartUp],
  ['bundle-sizes', measureBundleSizes],
  ['list-page', measureListPage],
  ['send', measureSend],
  ['neighbours', measureNeighbours],
  ['tags', measureTags],
  ['bulk-run', measureBulkRun],
  ['settle', measureSettling],
  ['pipeline', measurePipeline],
]);
