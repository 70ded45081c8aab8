import type { Field, ProjectDocument } from '../document/schema.ts';
import { diffValues } from '../records/diff-records.ts';
import type { TagValue } from '../templates/template.ts';
import { isEmpty, isList, plainText } from '../templates/values.ts';
import { readFieldValue } from '../tickets/field-value.ts';
import type { TicketContext } from '../tickets/record-values.ts';
import type { ActionEffect, ActionOf } from './action-effect.ts';
import { renderValue, type TextRendering } from './render-text.ts';

/** Most bytes that a ticket's fields may have: an item of the table ends at 400 KB (docs/architecture.md). */
const maxFieldBytes = 340_000;

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
    const reading = readFieldValue(field, fitToField(field, value), key);
    if (reading.outcome === 'rejected') return failed(reading.error.message);
    if (reading.outcome === 'read') fields[key] = reading.value;
    else delete fields[key];
  }
  const bytes = Buffer.byteLength(JSON.stringify(fields));
  if (bytes > maxFieldBytes) {
    return failed(`the fields of one ticket may have ${maxFieldBytes} bytes in all, and these would have ${bytes}`);
  }
  if (diffValues('field', ticket.fields, fields).length === 0) return { outcome: 'unchanged' };
  return { outcome: 'applied', context: { ...context, ticket: { ...ticket, fields } } };
}

/** A tag's value in the type that the field takes; an empty one empties the field. */
function fitToField(field: Field, value: TagValue | undefined): unknown {
  if (isEmpty(value)) return undefined;
  switch (field.kind) {
    case 'number':
    case 'ratingScale':
      return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
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

function failed(reason: string): ActionEffect {
  return { outcome: 'failed', reason };
}
