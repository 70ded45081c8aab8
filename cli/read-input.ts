import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Failure, messageOf } from './failure.ts';

/** Reads a file, or stdin where it is called `-`, as it is. */
export async function readInput(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(name === '-' ? await buffer(process.stdin) : await readFile(name));
  } catch (error) {
    throw new Failure('misused', `${name} cannot be read (${messageOf(error)}).`);
  }
}

/** Reads it as text. */
export async function readTextInput(name: string): Promise<string> {
  return new TextDecoder().decode(await readInput(name));
}
