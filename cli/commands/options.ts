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
export function readCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return count;
}

/** Conditions in place of a saved filter. */
export function whereOption() {
  return new Option('-w, --where <json>', 'over what fulfils these conditions').argParser(readJson);
}

/** Reads JSON, so that what is not even that is found before anybody is asked. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be JSON, such as {"field":"severity","op":"equals","value":"Critical"}.');
  }
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
