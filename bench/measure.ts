import * as z from 'zod';
import { measureBundleSizes } from './bundle-sizes.ts';
import { Figure } from './figure.ts';
import { measureListPage } from './list-page.ts';
import { measurePipeline } from './pipeline.ts';
import { measureReceive } from './receive.ts';
import { measureSend } from './send.ts';
import { measureStartUp } from './start-up.ts';
import { measureTags } from './tags.ts';

// One measurement in a process of its own: nothing that another one left behind slows it down, and the functions' log
// lines, which are part of their work, go to this process's output, which the caller throws away.

/** What a measurement is given: the folder of the synthesised local stage and of the bundles, and whether it is a try. */
export type Setting = { assemblyDir: string; dist: string; quick: boolean };

/** Every measurement by the name that `--only` takes, in the order of the results. */
export const measures = {
  receive: measureReceive,
  'start-up': measureStartUp,
  'bundle-sizes': measureBundleSizes,
  'list-page': measureListPage,
  send: measureSend,
  tags: measureTags,
  pipeline: measurePipeline,
};
