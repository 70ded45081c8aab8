import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Draft } from './drafts.ts';

/** A multipart upload that is neither completed nor aborted. */
export type Upload = { folder: string; key: string; metadata: Record<string, unknown> };

/** A part that was uploaded completely. */
export type Part = { number: number; eTag: string; size: number; modifiedAt: Date; file: string };

/** Whether a file or folder that was needed is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

const Metadata = z.record(z.string(), z.unknown());

/** Finds an upload in a bucket's folder of uploads, as the engine lays it down. */
export async function findUpload(uploads: string, id: string): Promise<Upload | undefined> {
  // The id becomes part of a path.
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
  const folder = join(uploads, id);
  try {
    const [key, metadata] = await Promise.all([
      readFile(join(folder, 'key'), 'utf8'),
      readFile(join(folder, 'metadata'), 'utf8'),
    ]);
    return { folder, key, metadata: Metadata.parse(JSON.parse(metadata)) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The parts of an upload by ascending number. */
export async function listParts({ folder }: Upload): Promise<Part[]> {
  const names = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
  const parts = await Promise.all(names.map((name) => findPart(folder, Number(name))));
  return parts.flatMap((part) => part ?? []).sort((one, other) => one.number - other.number);
}

/** Puts a part in place of an earlier one of its number. */
export async function placePart(folder: string, number: number, draft: Draft): Promise<void> {
  const file = join(folder, String(number));
  // A part without a checksum counts as not uploaded, so that none is ever seen with the checksum of another.
  await rm(`${file}.md5`, { force: true });
  await draft.moveTo(file);
  await writeFile(`${file}.md5`, draft.md5);
}

async function findPart(folder: string, number: number): Promise<Part | undefined> {
  const file = join(folder, String(number));
  try {
    const [eTag, { size, mtime }] = await Promise.all([readFile(`${file}.md5`, 'utf8'), stat(file)]);
    return { number, eTag, size, modifiedAt: mtime, file };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
