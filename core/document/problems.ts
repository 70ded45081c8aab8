import type { JsonProblem } from '../json-text.ts';
import type { ParameterErrorCode } from '../reply-errors.ts';

/** The way from the document's root to one of its parts. */
export type Path = readonly (string | number)[];

/** One reason why a document cannot apply. */
export type Problem = { path: string; code: ParameterErrorCode; message: string };

/** Most items that a message lists; a choice may have hundreds. */
const maxListed = 20;

/** Most problems that an answer lists: one about a megabyte of nonsense must stay an answer. */
const maxProblems = 1_000;

/** Writes a path as people read it: `externalSources[0].state.status`. */
export function writePath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(segment)) text += `[${JSON.stringify(segment)}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text;
}

/** Says where a value is that could not be stored: its RFC 6901 JSON Pointer, written as a path. */
export function describeUnstorable({ where, message }: JsonProblem): Problem {
  const path = where
    .split('/')
    .slice(1)
    .map((token) => {
      const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
      return /^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : name;
    });
  return { path: writePath(path), code: 'invalid_text', message };
}

/** Quotes a given value for a message, but not a megabyte of it. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return `"${text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text.toWellFormed()}"`;
}

/** Lists what could have been given, in brackets; nothing where there is nothing. */
export function listAllowed(allowed: Iterable<string>): string {
  const all = [...new Set(allowed)];
  if (all.length === 0) return '';
  const rest = all.length - maxListed;
  return ` (${all.slice(0, maxListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
}

/** Keeps as many problems as an answer can hold, and says of the part at `path` how many there are besides. */
export function limitProblems(problems: Problem[], { most = maxProblems, path = [] }: Limit = {}): Problem[] {
  const rest = problems.length - most;
  if (rest <= 0) return problems;
  const message = `there are ${rest} further problems: solve these first`;
  return [...problems.slice(0, most), { path: writePath(path), code: 'not_allowed', message }];
}

type Limit = { most?: number; path?: Path };
