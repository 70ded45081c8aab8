import type { ProjectDocument } from '../document/schema.ts';
import type { ParameterError } from '../reply-errors.ts';
import { changedLookups, editExternal, isObject } from './edit-external.ts';
import { editFields, type GivenValue } from './edit-fields.ts';
import { editState, unknown } from './edit-state.ts';
import { describeType } from './field-value.ts';
import type { Ticket } from './ticket.ts';
import { findTooLarge, type TooLarge } from './ticket-size.ts';

/** Values by which a ticket is found that one edit may change: a transaction takes 100 items, and a change is two of them. */
const maxLookupChanges = 40;

/** A ticket as it is after an edit, or why it cannot be edited so. */
export type TicketEditing =
  | { outcome: 'edited'; ticket: Ticket; lookups: { added: string[]; removed: string[] } }
  | { outcome: 'rejected'; errors: ParameterError[] }
  | TooLarge;

/** Edits a ticket as a person wants it, `{state, fields, external}`; what is not named stays, and null takes a value away. */
export function editTicket(
  document: ProjectDocument,
  ticket: Ticket,
  edit: Readonly<Record<string, unknown>>,
): TicketEditing {
  const errors: ParameterError[] = [];
  const { state, fields, external, ...others } = edit;
  errors.push(...Object.keys(others).map(unknown));
  const [wantedState, wantedFields, wantedExternal] = [
    readPart('state', state, errors),
    readPart('fields', fields, errors),
    readPart('external', external, errors),
  ];
  const edited: Ticket = {
    ...ticket,
    state: wantedState === undefined ? ticket.state : editState(document, ticket, wantedState, errors),
    fields:
      wantedFields === undefined
        ? ticket.fields
        : editFields(ticket.fields, findFields(document, ticket, wantedFields, errors), errors),
    external:
      wantedExternal === undefined
        ? ticket.external
        : editExternal(document, 'ticket', ticket.external, wantedExternal, errors),
  };
  if (errors.length > 0) return { outcome: 'rejected', errors };
  return finishEdit(document, ticket, edited);
}

/** Checks what an edit comes to as a whole. */
function finishEdit(document: ProjectDocument, before: Ticket, after: Ticket): TicketEditing {
  const lookups = changedLookups(document, 'ticket', { before: before.external, after: after.external });
  if (lookups.added.length + lookups.removed.length > maxLookupChanges) {
    const message = `At most ${maxLookupChanges} values by which a ticket is found can come and go at once.`;
    return { outcome: 'rejected', errors: [{ parameter: 'external', code: 'too_long', message }] };
  }
  const tooLarge = findTooLarge(after);
  if (tooLarge !== undefined) return tooLarge;
  return { outcome: 'edited', ticket: after, lookups };
}

function readPart(
  parameter: string,
  given: unknown,
  errors: ParameterError[],
): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined || isObject(given)) return given;
  errors.push({ parameter, code: 'invalid_type', message: `${parameter} is an object, not ${describeType(given)}.` });
  return undefined;
}

function findFields(
  { feedbackTypes }: ProjectDocument,
  { feedbackType }: Ticket,
  given: Readonly<Record<string, unknown>>,
  errors: ParameterError[],
): GivenValue[] {
  const type = feedbackTypes.find(({ key }) => key === feedbackType);
  return Object.entries(given).flatMap(([key, value]) => {
    const field = type?.fields.find((candidate) => candidate.key === key);
    const parameter = `fields.${key}`;
    if (field !== undefined) return [{ field, value, parameter }];
    errors.push({ ...unknown(parameter), message: `This is not a field of feedback type "${feedbackType}".` });
    return [];
  });
}
