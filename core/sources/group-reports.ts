import { createHash } from 'node:crypto';
import type { ExternalSource, FeedbackType, Field } from '../document/schema.ts';
import { readParameter } from '../json-pointer.ts';
import { canonicalEmail } from '../members.ts';
import type { FieldValue } from '../tickets/ticket.ts';

/** What a name in a source's `group.by` means: a parameter of the sender, and the field that is read from it, if any. */
export type GroupName = { parameter: string; field?: Field };

/** Finds what a name in `group.by` means: a field that the source maps, or else a parameter. */
export function resolveGroupName(
  { fields }: Pick<ExternalSource, 'fields'>,
  feedbackType: Pick<FeedbackType, 'fields'>,
  name: string,
): GroupName {
  const mapped = feedbackType.fields.filter(({ key }) => Object.hasOwn(fields, key));
  const named = mapped.find(({ key }) => key === name);
  const parameter = (named && fields[named.key]) ?? name;
  const field = named ?? mapped.find(({ key }) => fields[key] === name);
  return { parameter, ...(field === undefined ? {} : { field }) };
}

/**
 * The name of the group that a report belongs to: reports of one source with the same are about the same. Undefined where the
 * source groups nothing, and where the report says nothing of what is compared: then nothing shows what it repeats.
 */
export function identifyGroup(
  source: ExternalSource,
  feedbackType: FeedbackType,
  body: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, FieldValue>>,
): string | undefined {
  if (source.group === undefined) return undefined;
  const names = source.group.by.map((name) => resolveGroupName(source, feedbackType, name));
  const values = names.map(({ parameter, field }): [string, unknown] => {
    const given = field === undefined ? readParameter(body, parameter) : own(fields, field.key);
    if (parameter === source.submitter && typeof given === 'string') {
      return [parameter, canonicalEmail(given) ?? given];
    }
    // Choices are a set, in whatever order they are sent.
    return [parameter, field?.kind === 'multipleChoice' && Array.isArray(given) ? given.toSorted() : given];
  });
  if (values.every(([, value]) => isNothing(value))) return undefined;
  const told = values.map(([name, value]) => [name, isNothing(value) ? null : value]);
  const compared = JSON.stringify([feedbackType.key, told.toSorted(byName)], inOrder);
  return createHash('sha256').update(compared).digest('hex');
}

/** Keys come from documents: `constructor` is a fine field key and must not reach the prototype. */
function own(fields: Readonly<Record<string, FieldValue>>, key: string): FieldValue | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** Absent, null and blank are the same. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function byName([left]: unknown[], [right]: unknown[]): number {
  return String(left) < String(right) ? -1 : 1;
}

/** The properties of an object are equal in whatever order they are sent. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(byName));
}
