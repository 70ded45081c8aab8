import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Field } from '../document/schema-feedback-types.ts';
import { readFieldValue } from './field-value.ts';

function read(definition: { kind: string; [property: string]: unknown }, given: unknown) {
  const reading = readFieldValue(Field.parse({ key: 'f', label: 'Field', ...definition }), given, 'p');
  return reading.outcome === 'rejected' ? reading.error.code : reading.outcome === 'read' ? reading.value : undefined;
}

describe('a value', () => {
  const choice = { kind: 'singleChoice', options: ['Low', 'High'] };
  const choices = { kind: 'multipleChoice', options: ['iOS', 'Web'] };
  test.each([
    [{ kind: 'text' }, ' kept as sent\n', ' kept as sent\n'],
    [{ kind: 'text' }, '', ''],
    [{ kind: 'text' }, 7, 'invalid_type'],
    [{ kind: 'text', required: true }, '  \n', 'blank'],
    [{ kind: 'text', required: true }, null, 'required'],
    [{ kind: 'text' }, null, undefined],
    [{ kind: 'text' }, 'x'.repeat(1_000), 'x'.repeat(1_000)],
    [{ kind: 'text' }, 'x'.repeat(1_001), 'too_long'],
    [{ kind: 'text', maxLength: 2 }, '🦊🦊', '🦊🦊'],
    [{ kind: 'text', maxLength: 2 }, '🦊🦊🦊', 'too_long'],
    [{ kind: 'longText' }, 'x'.repeat(30_001), 'too_long'],
    [{ kind: 'number' }, 7.5, 7.5],
    [{ kind: 'number' }, '7', 'invalid_type'],
    [{ kind: 'number', min: 0 }, -1, 'out_of_range'],
    [{ kind: 'number', max: 5 }, 6, 'out_of_range'],
    [{ kind: 'ratingScale' }, 5, 5],
    [{ kind: 'ratingScale' }, 0, 'out_of_range'],
    [{ kind: 'ratingScale' }, 2.5, 'invalid_type'],
    [{ kind: 'ratingScale', max: 10 }, 10, 10],
    [{ kind: 'boolean' }, false, false],
    [{ kind: 'boolean' }, 'true', 'invalid_type'],
    [{ kind: 'date' }, '2026-02-28', '2026-02-28'],
    [{ kind: 'date' }, '2026-02-30', 'invalid_date'],
    [{ kind: 'date' }, '2026-11-30T09:15:00.5+02:00', '2026-11-30T09:15:00.5+02:00'],
    [{ kind: 'date' }, '2026-11-30T25:15:00Z', 'invalid_date'],
    [{ kind: 'date' }, '2026-11-30 09:15', 'invalid_date'],
    [{ kind: 'date' }, 20_261_130, 'invalid_type'],
    [choice, 'Low', 'Low'],
    [choice, 'low', 'invalid_choice'],
    [choice, 'Low ', 'invalid_choice'],
    [choice, ['Low'], 'invalid_type'],
    [choices, ['Web', 'iOS'], ['Web', 'iOS']],
    [choices, ['Web', 'Web'], 'duplicate_choice'],
    [choices, ['Android'], 'invalid_choice'],
    [choices, 'Web', 'invalid_type'],
    [choices, [], undefined],
    [{ ...choices, required: true }, [], 'required'],
    [{ kind: 'attachment' }, 'x', 'not_allowed'],
    [{ kind: 'attachment' }, null, undefined],
  ])('of %j given as %j is read as %j', (definition, given, expected) => {
    expect(read(definition, given)).toEqual(expected);
  });
});

test('no given value makes a reader throw or changes what it accepts', () => {
  const kinds = ['text', 'longText', 'number', 'boolean', 'date', 'singleChoice', 'multipleChoice', 'ratingScale'];
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.jsonValue(), (kind, given) => {
      const field = Field.parse({ key: 'f', label: 'Field', kind, options: ['a', 'b'] });
      const reading = readFieldValue(field, given, 'p');
      if (reading.outcome === 'read') expect(reading.value).toEqual(given);
    }),
  );
});
