import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import * as z from 'zod';

/** An upload that has begun: where it goes on, what is sent, and until when that works. */
const Remembered = z.object({
  partSize: z.int().min(1),
  sign: z.url(),
  list: z.url(),
  complete: z.url(),
  beganAt: z.iso.datetime(),
});
export type Remembered = z.infer<typeof Remembered>;

const folder = join(envPaths('feedbridge', { suffix: '' }).data, 'uploads');

/** What tells one upload from another: a file that was changed meanwhile is another. */
export type UploadName = { endpoint: string; file: string; size: number; modifiedMs: number };

/** Finds an upload that was begun and not ended. */
export function recall(name: UploadName): Remembered | undefined {
  try {
    return Remembered.parse(JSON.parse(readFileSync(fileOf(name), 'utf8')));
  } catch {
    // None, or one that cannot be read: a new upload is as good.
    return undefined;
  }
}

/** Remembers an upload. Its addresses open it, so that only this user may read them. */
export function remember(name: UploadName, upload: Remembered): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${fileOf(name)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(upload), { mode: 0o600 });
  renameSync(draft, fileOf(name));
}

/** Forgets an upload that has come to its end. */
export function forget(name: UploadName): void {
  rmSync(fileOf(name), { force: true });
}

function fileOf({ endpoint, file, size, modifiedMs }: UploadName): string {
  // A capability is another each time that one is given, and still the same place.
  const { origin, pathname } = new URL(endpoint);
  const parts = [origin, pathname, file, size, modifiedMs];
  return join(folder, `${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}.json`);
}
