import * as z from 'zod';
import { changeKinds, type DocumentChange } from './document/diff-documents.ts';

/** Changes that an entry names, and the longest of their texts in UTF-16 units: an entry is a record and no copy. */
const maxChanges = 50;
const maxPathLength = 300;
const maxValueLength = 200;

const AuditChange = z.object({
  kind: z.enum(changeKinds),
  path: z.string(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
});

/** One change that somebody made through the admin API. */
export const AuditEntry = z
  .object({
    at: z.iso.datetime(),
    by: z.string().describe('Who did it: a person by e-mail address, a machine by its scope.'),
    action: z.string().describe('The name of the route, such as put-document.'),
    project: z.string().optional().describe('Absent for what concerns the whole community.'),
    object: z.string().describe('What it was done to, such as `secrets/jira` or `document`.'),
    made: z.string().optional().describe('What came of it, such as `runs/…`.'),
    version: z.int().optional().describe('The version of the document that it made.'),
    changes: z.array(AuditChange).optional().describe('What was changed, as far as it is short and no secret.'),
    more: z.int().optional().describe('Changes that are not named.'),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The changes as an entry names them: so many, texts cut, and values only where they are short and not about a person. */
export function boundChanges(changes: readonly DocumentChange[]): Pick<AuditEntry, 'changes' | 'more'> {
  const named = changes.slice(0, maxChanges).map(boundChange);
  const more = changes.length - named.length;
  return { changes: named, ...(more === 0 ? {} : { more }) };
}

function boundChange({ kind, path, from, to }: DocumentChange): z.infer<typeof AuditChange> {
  const isOfMember = path.startsWith('members[');
  return {
    kind,
    path: cut(path, maxPathLength),
    ...(isOfMember ? {} : boundValue('from', from)),
    ...(isOfMember ? {} : boundValue('to', to)),
  };
}

function boundValue(name: 'from' | 'to', value: unknown): { [Name in 'from' | 'to']?: unknown } {
  if (typeof value === 'string') return { [name]: cut(value, maxValueLength) };
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? { [name]: value } : {};
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
