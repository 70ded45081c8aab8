import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';
import * as z from 'zod';
import { Failure, messageOf } from '../failure.ts';

/** A sign-in at one server, as it is kept for later commands. */
const SavedLogin = z.object({
  kind: z.enum(['person', 'machine']),
  issuer: z.string(),
  clientId: z.string(),
  token: z.string(),
  /** Seconds since 1970, as tokens count. */
  expiresAt: z.number(),
  refreshToken: z.string().optional(),
});
export type SavedLogin = z.infer<typeof SavedLogin>;

const SavedLogins = z.object({ current: z.string().optional(), servers: z.record(z.string(), SavedLogin) });
export type SavedLogins = z.infer<typeof SavedLogins>;

const file = join(envPaths('feedbridge', { suffix: '' }).config, 'logins.json');

/** Reads the sign-ins of this user, by origin. */
export function readLogins(): SavedLogins {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { servers: {} };
    throw new Failure('broken', `${file} cannot be read (${messageOf(error)}).`);
  }
  try {
    return SavedLogins.parse(JSON.parse(text));
  } catch {
    // What is in it is secret, so the message quotes nothing of it.
    throw new Failure('broken', `${file} is damaged: delete it and sign in again.`);
  }
}

/** Writes them, whole or not at all, into a file that only this user may read. */
export function writeLogins(logins: SavedLogins): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** Keeps one sign-in beside the others; `current` makes its server the one that is meant where none is named. */
export function saveLogin(origin: string, login: SavedLogin, { current }: { current: boolean }): void {
  const logins = readLogins();
  writeLogins({ ...logins, ...(current ? { current: origin } : {}), servers: { ...logins.servers, [origin]: login } });
}
