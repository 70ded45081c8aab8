import type { Field } from '../document/schema.ts';
import type { ParameterError } from '../reply-errors.ts';
import { readFieldValue } from './field-value.ts';
import type { Ticket } from './ticket.ts';

/** A value that somebody wants a field to have, and what they call it; null empties the field. */
export type GivenValue = { field: Field; value: unknown; parameter: string };

/** Sets a ticket's fields to given values; what is wrong with them is added to `errors`. */
export function editFields(
  fields: Ticket['fields'],
  given: readonly GivenValue[],
  errors: ParameterError[],
): Ticket['fields'] {
  const edited = { ...fields };
  for (const { field, value, parameter } of given) {
    const reading = readFieldValue(field, value, parameter);
    switch (reading.outcome) {
      case 'rejected':
        errors.push(reading.error);
        break;
      case 'absent':
        delete edited[field.key];
        break;
      case 'read':
        edited[field.key] = reading.value;
        break;
    }
  }
  return edited;
}
