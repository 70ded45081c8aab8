import * as z from 'zod';
import { Key, Name, ValuePath } from './schema-names.ts';

/** Largest conditions that are frozen with a run, in bytes of JSON: they are read with each of its pages. */
export const maxWhereBytes = 16_384;

/** How a condition compares. */
const FilterOperator = z.enum([
  'equals',
  'notEquals',
  'in',
  'notIn',
  'contains',
  'startsWith',
  'greaterThan',
  'lessThan',
  'before',
  'after',
  'olderThan',
  'isEmpty',
  'isNotEmpty',
  'changed',
]);

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** One comparison of a value of a record. */
export const Condition = z
  .strictObject({
    field: ValuePath.describe('A path as in tags: severity, status, ticket.createdAt, jira.key, submitter.email.'),
    op: FilterOperator,
    value: z
      .union([Scalar, z.array(Scalar)])
      .optional()
      .describe('Left out with isEmpty, isNotEmpty and changed.'),
  })
  .describe('One comparison of a value of a record.');
export type Condition = z.infer<typeof Condition>;

/** Conditions over one record, as deep as they need to be. */
export type Where = { all: Where[] } | { any: Where[] } | { not: Where } | Condition;
export const Where: z.ZodType<Where> = z.lazy(() => AnyWhere);

const AnyWhere = z
  .union([
    z.strictObject({ all: z.array(Where).describe('Every one of these holds.') }),
    z.strictObject({ any: z.array(Where).describe('At least one of these holds.') }),
    z.strictObject({ not: Where.describe('This does not hold.') }),
    Condition,
  ])
  .meta({ id: 'Where', description: 'Conditions over one record: all, any, not, or {field, op, value}.' });

/** What filters, data packages and record lookups look at. */
export const RecordTarget = z.enum(['ticket', 'member']);

/** A saved filter over tickets or members. */
export const Filter = z
  .strictObject({ key: Key, name: Name, target: RecordTarget, feedbackType: Key.optional(), where: Where })
  .describe('Saved conditions over tickets or members.');

/** A filter by its key, or conditions in place. */
export const FilterReference = z.union([Key, Where]).describe('The key of a filter, or conditions in place.');
