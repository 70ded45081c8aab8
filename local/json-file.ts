import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type * as z from 'zod';
import { messageOf, StartError } from './start-error.ts';

/** Reads a JSON file; undefined where there is none; a StartError where it is not what it should be. */
export function readJson<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof SyntaxError ? messageOf(error) : 'it has not the expected content';
    throw new StartError(`${file} is damaged (${reason}); restore it, or start with another --data-dir.`, {
      cause: error,
    });
  }
}

/** Writes a JSON file that only its owner may read, whole or not at all. */
export function writeJson(file: string, content: unknown): void {
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StartError(`${file} cannot be read (${messageOf(error)}).`, { cause: error });
  }
}
