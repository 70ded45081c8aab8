import { countJson } from '../deliveries/byte-budget.ts';
import type { Field, ProjectDocument } from '../document/schema.ts';
import { isExact, toNumber } from '../external-data/coerce.ts';
import { diffValues } from '../records/diff-records.ts';
import type { TagValue } from '../templates/template.ts';
import { isEmpty, isList, plainText } from '../templates/values.ts';
import { readFieldValue } from '../tickets/field-value.ts';
import type { TicketContext } from '../tickets/record-values.ts';
import type { ActionEffect, ActionOf } from './action-effect.ts';
import { renderValue, type TextRendering } from './render-text.ts';

/** Most bytes that a ticket may have as JSON: an item of the table ends at 400 KB (docs/architecture.md, "The table"). */
const maxTicketBytes = 350 * 1024;

const storableNumbers = 'it takes decimal ones between 1e-130 and 1e125, whole ones up to 2^53';

/** Sets fields of a ticket, all of them or none. */
export function changeFields(
  document: ProjectDocument,
  context: TicketContext,
  action: ActionOf<'setFields'>,
  rendering: TextRendering,
): ActionEffect {
  const { ticket } = context;
  const type = document.feedbackTypes.find(({ key }) => key === ticket.feedbackType);
  const fields = { ...ticket.fields };
  for (const [key, given] of Object.entries(action.fields)) {
    const field = type?.fields.find((candidate) => candidate.key === key);
    if (field === undefined) return failed(`"${key}" is not a field of feedback type "${ticket.feedbackType}"`);
    const rendered = typeof given === 'string' ? renderValue(rendering, `field ${key}`, given) : undefined;
    if (rendered?.outcome === 'failed') return failed(rendered.reason);
    const value = rendered === undefined ? given : rendered.value;
    const fitted = fitToField(field, value);
    if (isNumeric(field) && !isEmpty(value) && !isStorable(fitted)) {
      return failed(`'${cut(plainText(value))}' is not a number that ${field.label} can hold: ${storableNumbers}`);
    }
    const reading = readFieldValue(field, fitted, key);
    if (reading.outcome === 'rejected') return failed(reading.error.message);
    if (reading.outcome === 'read') fields[key] = reading.value;
    else delete fields[key];
  }
  if (diffValues('field', ticket.fields, fields).length === 0) return { outcome: 'unchanged' };
  const changed = { ...ticket, fields };
  const bytes = countJson(changed);
  if (bytes > maxTicketBytes)
    return failed(`the ticket would have ${bytes} bytes; at most ${maxTicketBytes} are allowed`);
  return { outcome: 'applied', context: { ...context, ticket: changed } };
}

/** A tag's value in the type that the field takes; an empty one empties the field. */
function fitToField(field: Field, value: TagValue | undefined): unknown {
  if (isEmpty(value)) return undefined;
  switch (field.kind) {
    case 'number':
    case 'ratingScale':
      return typeof value === 'string' ? (toNumber(value) ?? value) : value;
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : value;
    case 'multipleChoice':
      return typeof value === 'string' ? [value] : value;
    case 'text':
    case 'longText':
    case 'date':
    case 'singleChoice':
      return isList(value) || typeof value !== 'string' ? plainText(value) : value;
    case 'attachment':
      return value;
  }
}

function isNumeric({ kind }: Field): boolean {
  return kind === 'number' || kind === 'ratingScale';
}

/** Whether the table can hold a number as it was written. */
function isStorable(value: unknown): boolean {
  return typeof value === 'number' && toNumber(value) !== undefined && isExact(value);
}

/** Reasons quote what was given, but not a megabyte of it. */
function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
}

function failed(reason: string): ActionEffect {
  return { outcome: 'failed', reason };
}
