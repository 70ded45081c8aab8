import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** A file that is complete and lies nowhere yet. */
export type Draft = {
  size: number;
  md5: string;
  moveTo: (path: string) => Promise<void>;
  discard: () => Promise<void>;
};

/** Where files are written before they are put in place. */
export type Drafts = {
  /** Streams a body into a draft; nothing is left of one that does not end. */
  write: (body: AsyncIterable<Buffer>) => Promise<Draft>;
  /** Joins files into a draft; its MD5 is not taken. */
  join: (files: readonly string[]) => Promise<Omit<Draft, 'md5'>>;
};

// By streams, with their 64 KiB at a time, 2 GiB took half as long again.
const copiedBytes = 1_048_576;

/** Opens a folder for drafts of this process; what an earlier one left in it goes. */
export function openDrafts(folder: string): Drafts {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let count = 0;
  const begin = async <Result>(fill: (path: string) => Promise<Result>) => {
    count += 1;
    const path = join(folder, String(count));
    const discard = () => rm(path, { force: true });
    try {
      return { filled: await fill(path), moveTo: (target: string) => rename(path, target), discard };
    } catch (error) {
      await discard();
      throw error;
    }
  };
  return {
    write: async (body) => {
      const { filled, ...draft } = await begin((path) => writeHashed(body, path));
      return { ...filled, ...draft };
    },
    join: async (files) => {
      const { filled, ...draft } = await begin((path) => appendAll(files, path));
      return { size: filled, ...draft };
    },
  };
}

async function writeHashed(body: AsyncIterable<Buffer>, path: string): Promise<{ size: number; md5: string }> {
  const hash = createHash('md5');
  let size = 0;
  async function* measured(pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      hash.update(piece);
      size += piece.length;
      yield piece;
    }
  }
  await pipeline(body, measured, createWriteStream(path));
  return { size, md5: hash.digest('hex') };
}

async function appendAll(files: readonly string[], path: string): Promise<number> {
  const draft = await open(path, 'w');
  try {
    const buffer = Buffer.allocUnsafe(copiedBytes);
    for (const file of files) await append(file, draft, buffer);
    return (await draft.stat()).size;
  } finally {
    await draft.close();
  }
}

async function append(file: string, draft: FileHandle, buffer: Buffer): Promise<void> {
  const part = await open(file);
  try {
    for (;;) {
      const { bytesRead } = await part.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      await draft.appendFile(buffer.subarray(0, bytesRead));
    }
  } finally {
    await part.close();
  }
}
