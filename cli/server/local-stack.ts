import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isLoopback } from './origin.ts';

const LocalJson = z.object({ api: z.string(), token: z.string(), keys: z.record(z.string(), z.string()) });

/** A stack that runs on this machine: where it is, its administrator's token and its API keys. */
export type LocalStack = z.infer<typeof LocalJson>;

/**
 * Finds the stack that `npm start` runs from a folder. One that is not on this machine is none: a folder that came from
 * elsewhere must not choose whom the command line talks to.
 */
export function findLocalStack(folder: string): LocalStack | undefined {
  try {
    const found = LocalJson.parse(JSON.parse(readFileSync(join(folder, '.feedbridge', 'local.json'), 'utf8')));
    return isLoopback(found.api) ? found : undefined;
  } catch {
    return undefined;
  }
}
