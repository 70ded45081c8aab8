import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Workplace } from '../session.ts';

/** Adds one command, or several that belong together, to the program. */
export type AddCommand = (program: Command, workplace: Workplace) => void;

/** Which project a command is about. */
export function projectOption() {
  return new Option('-p, --project <key>', 'the project; needed where there are several').env('FEEDBRIDGE_PROJECT');
}

/** How many entries of a list are shown. */
export function limitOption() {
  return new Option('-n, --limit <number>', 'show at most so many').argParser(readCount).default(50);
}

/** Reads a whole number from 1. */
function readCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}
