import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

/** Something that happened to an object; the names are AWS's. */
export const BucketEvent = z.object({
  name: z.enum([
    'ObjectCreated:Put',
    'ObjectCreated:Post',
    'ObjectCreated:Copy',
    'ObjectCreated:CompleteMultipartUpload',
    'ObjectTagging:Put',
  ]),
  bucket: z.string(),
  key: z.string(),
  eTag: z.string(),
  /** Of created objects. */
  size: z.number().optional(),
  at: z.iso.datetime(),
  /** Hexadecimal, of one length; of two events the later has the greater one. */
  sequencer: z.string(),
});
export type BucketEvent = z.infer<typeof BucketEvent>;

/** Takes an event; it is kept until this settles well. */
export type BucketListener = (event: BucketEvent) => Promise<void>;

/** Tells a listener of what happens, at least once. */
export type BucketEvents = {
  /** Makes a change and tells of it; where the change fails there is nothing to tell. */
  tell: <Result>(what: Omit<BucketEvent, 'at' | 'sequencer'>, change: () => Promise<Result>) => Promise<Result>;
  /** Sets who is told, first of what an earlier process left untold and `happened` confirms. */
  listen: (listener: BucketListener, happened: (event: BucketEvent) => Promise<boolean>) => Promise<void>;
};

/**
 * Opens the events. With a folder, each is kept in it from before its change until the listener has taken it, so that it
 * outlives this process; without one, an event that nobody listens to is gone.
 */
export function openBucketEvents(folder?: string): BucketEvents {
  const left = folder === undefined ? [] : readEvents(folder);
  const nextSequencer = createSequencer();
  let listener: BucketListener | undefined;
  const fileOf = ({ sequencer }: BucketEvent) => folder && join(folder, `${sequencer}.json`);
  const forget = (event: BucketEvent) => {
    const file = fileOf(event);
    if (file !== undefined) rmSync(file, { force: true });
  };
  const pass = async (event: BucketEvent) => {
    if (listener === undefined) {
      if (folder !== undefined) left.push(event);
      return;
    }
    await listener(event);
    forget(event);
  };
  return {
    tell: async (what, change) => {
      const event = { ...what, at: new Date().toISOString(), sequencer: nextSequencer() };
      const file = fileOf(event);
      if (file !== undefined) writeJson(file, event);
      try {
        const result = await change();
        // A listener that gives up leaves the event to the next process.
        pass(event).catch(() => {});
        return result;
      } catch (error) {
        forget(event);
        throw error;
      }
    },
    listen: async (to, happened) => {
      listener = to;
      for (const event of left.splice(0)) {
        if (await happened(event)) pass(event).catch(() => {});
        else forget(event);
      }
    },
  };
}

function readEvents(folder: string): BucketEvent[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((name) => readJson(join(folder, name), BucketEvent) ?? []);
}

function createSequencer(): () => string {
  let last = 0n;
  return () => {
    // Room for a million events in a millisecond.
    const now = BigInt(Date.now()) << 20n;
    last = now > last ? now : last + 1n;
    return last.toString(16).toUpperCase().padStart(18, '0');
  };
}
