import { checkDocument, type DocumentCheck } from '../core/document/check-document.ts';
import type { DocumentContext } from '../core/document/checking.ts';
import type { Path } from '../core/document/problems.ts';
import { readProperty } from '../core/document/raw-document.ts';

/** A value with another one at a path; `undefined` takes the property or list entry away. */
export function withPart(value: unknown, path: Path, part: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return part;
  const next = withPart(readProperty(value, first), rest, part);
  const added = next === undefined ? [] : [next];
  if (Array.isArray(value)) return [...value.slice(0, Number(first)), ...added, ...value.slice(Number(first) + 1)];
  const entries = Object.entries(typeof value === 'object' && value !== null ? value : {}).filter(
    ([name]) => name !== first,
  );
  return Object.fromEntries(next === undefined ? entries : [...entries, [first, next]]);
}

/** What the example document is checked against; tests change what matters to them. */
export function makeContext(change: Partial<DocumentContext> = {}): DocumentContext {
  return {
    projectKey: 'apollo',
    apiKeyPrefixes: new Set(['mobile', 'web', 'jira', 'bi']),
    memberEmails: new Set(),
    secretNames: new Set(['jira', 'slack-webhook-url']),
    ...change,
  };
}

/** The problems of a document, each as one line. */
export function listProblems(input: unknown, context: DocumentContext = makeContext()): string[] {
  const check = checkDocument(input, context);
  return check.outcome === 'valid' ? [] : check.problems.map(({ path, message }) => `${path}: ${message}`);
}

/** A document's check, where the test needs it to be valid. */
export function getValid(input: unknown, context = makeContext()): Extract<DocumentCheck, { outcome: 'valid' }> {
  const check = checkDocument(input, context);
  if (check.outcome === 'valid') return check;
  throw new Error(check.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
}
