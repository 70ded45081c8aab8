import * as z from 'zod';
import type { Path } from './problems.ts';
import { readProperty } from './raw-document.ts';
import { ProjectDocument } from './schema.ts';

/** The properties that the schema knows at a path of a document, to help where one was misspelt. */
export function findKnownProperties(path: Path, input: unknown): string[] {
  let schemas: unknown[] = [ProjectDocument];
  let value = input;
  for (const segment of path) {
    schemas = schemas.flatMap((schema) => expand(schema, value)).flatMap((schema) => stepInto(schema, segment));
    value = readProperty(value, segment);
  }
  const shapes = schemas.flatMap((schema) => expand(schema, value)).filter((schema) => schema instanceof z.ZodObject);
  return [...new Set(shapes.flatMap((schema) => Object.keys(schema.shape)))];
}

function stepInto(schema: unknown, segment: string | number): unknown[] {
  if (schema instanceof z.ZodObject) return [readProperty(schema.shape, segment)];
  if (schema instanceof z.ZodArray) return [schema.element];
  return schema instanceof z.ZodRecord ? [schema.valueType] : [];
}

/** What stands behind wrappers and unions; of a discriminated union only the options that fit the value's own kind. */
function expand(schema: unknown, value: unknown): unknown[] {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const fitting = schema.options.filter((option) => fitsKind(option, schema.def.discriminator, value));
    return fitting.flatMap((option) => expand(option, value));
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => expand(option, value));
  const isWrapper =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodLazy;
  return isWrapper ? expand(schema.unwrap(), value) : [schema];
}

function fitsKind(option: unknown, discriminator: string, value: unknown): boolean {
  if (!(option instanceof z.ZodObject)) return false;
  const kind = readProperty(option.shape, discriminator);
  return kind instanceof z.ZodLiteral && kind.values.has(String(readProperty(value, discriminator)));
}
