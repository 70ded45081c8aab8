import * as z from 'zod';
import { RecordTarget } from './schema-filters.ts';
import { Key, Name } from './schema-names.ts';

/** Longest regular expression, in characters. */
const maxExpressionLength = 1_000;

/** Most fields of a group: one capture changes no more (core/external-data/decide-capture.ts). */
const maxFields = 100;

/** One typed value from outside. */
const ExternalDataField = z
  .strictObject({
    key: Key,
    label: Name.describe('What people read, and a tag: ((Label)).'),
    type: z.enum(['boolean', 'dateTime', 'integer', 'number', 'string']),
    parameter: z
      .string()
      .min(1)
      .max(500)
      .describe('A property or JSON Pointer of the body; of a response also header:Name, status or text.'),
    match: z
      .string()
      .min(1)
      .max(maxExpressionLength)
      .optional()
      .describe('An RE2 expression; its first group is taken.'),
    favorite: z.boolean().default(false).describe("Show the value in the record's summary."),
    lookup: z.boolean().default(false).describe('Let listeners and lookups find the record by this value.'),
  })
  .describe('One typed value from outside.');

/** A group of values from outside that a ticket or a member holds. */
export const ExternalDataGroup = z
  .strictObject({
    key: Key.describe('Its values are read as ((<group>.<field>)).'),
    name: Name,
    target: RecordTarget,
    fields: z.array(ExternalDataField).min(1).max(maxFields),
  })
  .describe('Typed values from outside, kept on a ticket or a member.');
