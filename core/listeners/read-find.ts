import type { ExternalListener } from '../document/schema.ts';
import { readParameter } from '../json-pointer.ts';
import { canonicalEmail } from '../members.ts';
import type { ParameterError } from '../reply-errors.ts';
import type { TagValue } from '../templates/template.ts';
import { isTicketId } from '../tickets/ticket.ts';

/** What a caller wants its record found by, or what is wrong with it. */
export type FindReading = { outcome: 'read'; value: string } | { outcome: 'rejected'; error: ParameterError };

/** Placeholders of Jira, of Jira Automation and of ours that their sender has left as they were. */
const unexpanded = /\$\{[^{}]*\}|\{\{[^{}]*\}\}|\(\([^()]*\)\)/;

/**
 * Reads what a record is to be found by: from the body where the listener says so, since only the body is signed, else from
 * the URL.
 */
export function readFind(
  { find }: Pick<ExternalListener, 'find'>,
  given: { query: string | null; body: TagValue | undefined },
): FindReading {
  const parameter = find ?? 'find';
  const value = find === undefined ? (given.query ?? undefined) : readParameter(given.body, find);
  if (value === undefined || value === null || value === '') return reject(parameter, 'required', sayMissing(find));
  if (typeof value !== 'string' && typeof value !== 'number') {
    return reject(parameter, 'invalid_type', `${parameter} must be a text or a number.`);
  }
  const text = String(value);
  if (text.trim() === '') return reject(parameter, 'blank', sayMissing(find));
  const [placeholder] = unexpanded.exec(text) ?? [];
  if (placeholder !== undefined) {
    const why = `The placeholder ${shorten(placeholder)} was not replaced by its sender, who may have no such value for this event.`;
    return reject(parameter, 'invalid_text', why);
  }
  return { outcome: 'read', value: text };
}

/** The ticket id that a value may be: ids are the same in capitals and in small letters. */
export function ticketIdIn(value: string): string | undefined {
  const id = value.trim().toUpperCase();
  return isTicketId(id) ? id : undefined;
}

/** The e-mail address that a value may be, in its canonical form: a `+` in a query that was not encoded is read as a space. */
export function emailIn(value: string): string | undefined {
  return canonicalEmail(value) ?? canonicalEmail(value.trim().replaceAll(' ', '+'));
}

/** A value as messages name it, cut where it is long. */
export function shorten(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100).toWellFormed()}…` : value;
}

function sayMissing(find: string | undefined): string {
  return find === undefined
    ? 'Say with ?find= which record is meant: its id, its e-mail address, or a value that it holds.'
    : `The body must have at ${find} what the record is found by.`;
}

function reject(parameter: string, code: ParameterError['code'], message: string): FindReading {
  return { outcome: 'rejected', error: { parameter, code, message } };
}
