import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { escapeToken } from './json-pointer.ts';
import type { TagValue } from './templates/template.ts';

/** Nesting of objects and arrays that is still accepted (product.md, "Fields and values"). */
const maxDepth = 20;

/** DynamoDB's least positive number (Developer Guide, "Number"). */
const leastNumber = 1e-130;

/** What is wrong with a JSON text or one of its values. */
export type JsonProblem = { where: string; message: string };

/** Reads a JSON text and refuses what no later part could store or send: says where, and never throws. */
export function readJsonText(
  text: string,
): { outcome: 'read'; value: unknown } | { outcome: 'refused'; problems: JsonProblem[] } {
  const parsed = parseJsonText(text);
  if (parsed.outcome === 'refused') return parsed;
  const problems = findUnstorable(parsed.value);
  return problems.length === 0 ? parsed : { outcome: 'refused', problems };
}

/** Reads a JSON text whose values {@link findUnstorable} is yet to judge. */
export function parseJsonText(
  text: string,
): { outcome: 'read'; value: unknown } | { outcome: 'refused'; problems: JsonProblem[] } {
  try {
    return { outcome: 'read', value: JSON.parse(text) };
  } catch {
    return { outcome: 'refused', problems: [locateSyntaxError(text)] };
  }
}

/**
 * Reads a JSON text as a sender who cannot change it wrote it: what no later part could store or send is left out, null in a
 * list, instead of everything being refused; undefined where the text is no JSON.
 */
export function readTolerantJson(text: string): { value: TagValue; left: JsonProblem[] } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const left = findUnstorable(parsed);
  const unfit = new Set(left.map(({ where }) => where));
  return { value: copyFit(parsed, '', unfit) ?? null, left };
}

/** A copy without what lies at the pointers of `unfit`; a property whose very name is refused has that of its object. */
function copyFit(value: unknown, pointer: string, unfit: ReadonlySet<string>): TagValue | undefined {
  if (typeof value === 'string') return unfit.has(pointer) ? undefined : value;
  if (typeof value === 'number') return unfit.has(pointer) ? undefined : value;
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value !== 'object' || isTooDeep(pointer)) return undefined;
  if (Array.isArray(value)) return value.map((item, place) => copyFit(item, `${pointer}/${place}`, unfit) ?? null);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const copied = textFault(key) === undefined ? copyFit(item, `${pointer}/${escapeToken(key)}`, unfit) : undefined;
      return copied === undefined ? [] : [[key, copied]];
    }),
  );
}

function isTooDeep(pointer: string): boolean {
  return pointer.split('/').length - 1 >= maxDepth;
}

/** Lists every value that is refused at the door: ill-formed Unicode, NUL, deep nesting, numbers beyond 2^53. */
export function findUnstorable(value: unknown): JsonProblem[] {
  const problems: JsonProblem[] = [];
  visit(value, '', 0, problems);
  return problems;
}

function visit(value: unknown, pointer: string, depth: number, problems: JsonProblem[]): void {
  if (typeof value === 'string') {
    const fault = textFault(value);
    if (fault !== undefined) problems.push({ where: pointer, message: fault });
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      problems.push({ where: pointer, message: 'The number is too large: whole numbers go up to 2^53.' });
    } else if (value !== 0 && Math.abs(value) < leastNumber) {
      problems.push({ where: pointer, message: 'The number is too close to 0 to be stored.' });
    }
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= maxDepth) {
      problems.push({ where: pointer, message: `Objects and arrays may be nested ${maxDepth} deep at most.` });
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      const fault = textFault(key);
      if (fault !== undefined) problems.push({ where: pointer, message: `A property name is refused. ${fault}` });
      else visit(item, `${pointer}/${escapeToken(key)}`, depth + 1, problems);
    }
  }
}

function textFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'The text is not well-formed Unicode (a surrogate stands alone).';
  return text.includes('\0') ? 'The text contains the character NUL (U+0000).' : undefined;
}

function syntaxErrors(text: string): ParseError[] {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // The locating parser is recursive: text nested thousands deep exhausts its stack. The end is then named instead.
  }
  return errors;
}

function locateSyntaxError(text: string): JsonProblem {
  const [first] = syntaxErrors(text);
  const offset = first?.offset ?? text.length;
  const before = text.slice(0, offset).split('\n');
  const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const what = first === undefined ? 'unexpected text' : printParseErrorCode(first.error);
  return { where, message: what.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase() };
}
