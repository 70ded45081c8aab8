import type { ExternalSource, FeedbackType } from '../document/schema.ts';
import { readParameter } from '../json-pointer.ts';
import type { GivenValue } from '../tickets/edit-fields.ts';
import { findUnread } from './read-report.ts';

/** What a source's app wants a ticket's fields to be: those that it names, and what of its body nothing reads. */
export type Addition = { given: GivenValue[]; ignoredParameters: string[] };

/** Reads a later addition by its source's mapping; what is not named is left as it is, and null empties a field. */
export function readAddition(
  { fields }: ExternalSource,
  feedbackType: FeedbackType,
  body: Readonly<Record<string, unknown>>,
): Addition {
  const given = feedbackType.fields.flatMap((field) => {
    const parameter = Object.hasOwn(fields, field.key) ? fields[field.key] : undefined;
    const value = parameter === undefined ? undefined : readParameter(body, parameter);
    return parameter === undefined || value === undefined ? [] : [{ field, value, parameter }];
  });
  return { given, ignoredParameters: findUnread(Object.values(fields), body) };
}
