import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';
import { messageOf, StartError } from './start-error.ts';

/** The folders of a running stack. */
export type DataDirectory = {
  /** Where everything is kept; absent when nothing is kept. */
  kept?: string;
  /** Where files may be made for as long as the stack runs. */
  work: string;
  /** Writes local.json: beside what is kept, or where an ephemeral start was asked to. */
  publish: (content: object) => string;
  /** Lets go of it; an ephemeral start takes away what it made. */
  release: () => void;
};

/** Takes a data directory for this process alone; a StartError where another process has it, or it cannot be used. */
export function openDataDirectory(path: string): DataDirectory {
  const folder = resolve(path);
  makeFolder(folder);
  const lock = lockFolder(folder);
  if (lock === undefined) {
    throw new StartError(`Another local stack is running on ${folder}; stop it, or start with another --data-dir.`);
  }
  const file = join(folder, 'local.json');
  try {
    readJson(file, z.looseObject({}));
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    kept: folder,
    work: folder,
    publish: (content) => {
      writeJson(file, content);
      return file;
    },
    release: () => lock.close(),
  };
}

/**
 * Makes a temporary folder for a stack that keeps nothing. local.json is written to `path` as well, unless a running stack
 * has that; on release what lay there before is put back.
 */
export function openEphemeralDirectory(path?: string): DataDirectory {
  const work = mkdtempSync(join(tmpdir(), 'feedbridge-'));
  const shown = path === undefined ? undefined : shareFolder(resolve(path));
  return {
    work,
    publish: (content) => {
      writeJson(join(work, 'local.json'), content);
      return shown?.publish(content) ?? join(work, 'local.json');
    },
    release: () => {
      rmSync(work, { recursive: true, force: true });
      shown?.release();
    },
  };
}

function shareFolder(folder: string): Pick<DataDirectory, 'publish' | 'release'> | undefined {
  const isNew = !existsSync(folder);
  makeFolder(folder);
  const hadLock = existsSync(join(folder, lockName));
  const lock = lockFolder(folder);
  if (lock === undefined) return undefined;
  const file = join(folder, 'local.json');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  return {
    publish: (content) => {
      writeJson(file, content);
      return file;
    },
    release: () => {
      rmSync(file, { force: true });
      if (before !== undefined) writeJson(file, JSON.parse(before));
      lock.close();
      if (!hadLock) rmSync(join(folder, lockName), { force: true });
      if (isNew && readdirSync(folder).length === 0) rmdirSync(folder);
    },
  };
}

function makeFolder(folder: string): void {
  // Not `recursive`: below a folder that takes none, such as /proc, Node's own loop never ends.
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path) && path !== dirname(path); path = dirname(path))
    missing.unshift(path);
  try {
    for (const path of missing) mkdirSync(path, { mode: 0o700 });
    readdirSync(folder);
  } catch (error) {
    throw new StartError(`The data directory ${folder} cannot be made (${messageOf(error)}).`, { cause: error });
  }
}

const lockName = 'lock.db';

/**
 * Locks a folder through a database file, because the system drops such a lock when its process ends in whatever way,
 * where a file with a process id would stay.
 */
function lockFolder(folder: string): { close: () => void } | undefined {
  const database = openLock(join(folder, lockName));
  try {
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    if (/locked/.test(messageOf(error))) return undefined;
    throw new StartError(`${join(folder, lockName)} is damaged (${messageOf(error)}); remove it.`, { cause: error });
  }
}

function openLock(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file);
  } catch (error) {
    throw new StartError(`${file} cannot be written (${messageOf(error)}).`, { cause: error });
  }
}
