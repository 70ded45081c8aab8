import { type Path, writePath } from './problems.ts';
import { readPath, readProperty, readText } from './raw-document.ts';

/** A part of the document that is accepted and has no effect yet; `*` stands for every entry of a list. */
type Row = { at: readonly string[]; when?: (part: unknown) => boolean; says: string };

const action = ['macros', '*', 'actions', '*'];
const kindIs = (kind: string) => (part: unknown) => readText(part, 'kind') === kind;
const isTrue = (part: unknown) => part === true;
const isLatestOnlyByDefault = (part: unknown) =>
  ['PUT', 'PATCH'].includes(readText(part, 'method') ?? '') && readProperty(part, 'latestOnly') === undefined;

/** One row per part without behaviour; whoever builds the behaviour deletes the row. */
const rows: readonly Row[] = [
  { at: ['externalDataGroups', '*'], says: 'values are not captured yet' },
  { at: ['externalSources', '*', 'group'], says: 'repeated reports are not grouped yet' },
  { at: ['externalSources', '*', 'signature'], says: 'signatures are not checked yet' },
  { at: ['externalSources', '*', 'keepRejected'], when: isTrue, says: 'rejected submissions are not kept yet' },
  { at: ['externalSources', '*', 'maxPerMinute'], says: 'requests are not limited yet' },
  { at: ['externalSources', '*', 'advanced', 'notify'], says: 'notifications are not sent yet' },
  {
    at: ['macros', '*'],
    when: (macro) => readText(macro, 'target') === 'member',
    says: 'macros for members do not run yet',
  },
  { at: ['macros', '*', 'showAsAction'], says: 'macros are not listed as actions yet' },
  { at: ['macros', '*', 'confirm'], when: isTrue, says: 'nobody is asked to confirm yet' },
  { at: action, when: kindIs('workflow'), says: 'workflow actions do not run yet' },
  { at: action, when: kindIs('setFields'), says: 'setFields actions do not run yet' },
  { at: action, when: kindIs('comment'), says: 'comment actions do not run yet' },
  { at: action, when: kindIs('score'), says: 'score actions do not run yet' },
  { at: action, when: kindIs('teams'), says: 'teams actions do not run yet' },
  { at: action, when: kindIs('email'), says: 'email actions do not run yet' },
  { at: [...action, 'auth'], says: 'webhooks do not sign in yet' },
  { at: [...action, 'success'], says: 'answers are judged by their status alone yet' },
  { at: [...action, 'capture'], says: 'values are not captured yet' },
  { at: [...action, 'sign'], says: 'webhooks are not signed yet' },
  { at: [...action, 'maxPerSecond'], says: 'webhooks are not slowed down yet' },
  { at: [...action, 'latestOnly'], when: isTrue, says: 'newer deliveries do not cancel older ones yet' },
  {
    at: action,
    when: isLatestOnlyByDefault,
    says: 'newer deliveries do not cancel older ones yet, which PUT and PATCH do by default (latestOnly)',
  },
  { at: ['externalListeners', '*'], says: 'listeners do not run yet' },
  {
    at: ['automations', '*', 'trigger'],
    when: (trigger) => trigger === 'modify',
    says: 'automations on modify do not run yet',
  },
  { at: ['automations', '*', 'schedule'], says: 'schedules do not run yet' },
  { at: ['automations', '*', 'limit'], says: 'runs are not limited yet' },
  { at: ['automations', '*', 'unless'], says: 'echoes are not left out yet' },
  { at: ['dataPackages', '*'], says: 'data packages cannot be read yet' },
  { at: ['recordLookups', '*'], says: 'record lookups cannot be read yet' },
];

/** Lists the parts that a valid document contains and that have no effect yet, one sentence each, by kind of part. */
export function listNotYet(document: unknown): string[] {
  return rows.flatMap((row) =>
    findParts(document, row.at)
      .filter((path) => row.when?.(readPath(document, path)) ?? true)
      .map((path) => `${writePath(path)}${nameOwner(document, path)}: ${row.says}.`),
  );
}

function findParts(document: unknown, at: readonly string[]): Path[] {
  let paths: Path[] = [[]];
  for (const step of at) {
    paths = paths.flatMap((path) => {
      const value = readPath(document, path);
      if (step !== '*') return readProperty(value, step) === undefined ? [] : [[...path, step]];
      return Array.isArray(value) ? value.map((_, index) => [...path, index]) : [];
    });
  }
  return paths;
}

/** The key of the entry of a top-level list that a part belongs to. */
function nameOwner(document: unknown, path: Path): string {
  const key = readText(readPath(document, path.slice(0, 2)), 'key');
  return key === undefined ? '' : ` (${key})`;
}
