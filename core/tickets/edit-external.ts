import type { ProjectDocument } from '../document/schema.ts';
import { coerce, type ExternalType } from '../external-data/coerce.ts';
import { lookupFields } from '../listeners/holds-value.ts';
import type { ParameterError } from '../reply-errors.ts';
import { unknown } from './edit-state.ts';
import { describeType } from './field-value.ts';
import type { ExternalData } from './ticket.ts';

/** The JSON type in which a person gives a value, and the words for it. */
const jsonTypes: Readonly<Record<ExternalType, { type: string; words: string }>> = {
  string: { type: 'string', words: 'a text' },
  boolean: { type: 'boolean', words: 'true or false' },
  integer: { type: 'number', words: 'a whole JSON number' },
  number: { type: 'number', words: 'a JSON number' },
  dateTime: { type: 'string', words: 'a text with a date' },
};

/** Sets external data to given values, by group and field; null takes one away. What is wrong is added to `errors`. */
export function editExternal(
  { externalDataGroups }: Pick<ProjectDocument, 'externalDataGroups'>,
  target: 'ticket' | 'member',
  external: ExternalData,
  given: Readonly<Record<string, unknown>>,
  errors: ParameterError[],
): ExternalData {
  const edited = new Map(Object.entries(external));
  for (const [key, values] of Object.entries(given)) {
    const group = externalDataGroups.find((candidate) => candidate.key === key && candidate.target === target);
    const parameter = `external.${key}`;
    if (group === undefined) {
      const allowed = externalDataGroups.filter((one) => one.target === target).map((one) => one.key);
      errors.push({ ...unknown(parameter), message: `The project has no such group of external data.`, allowed });
      continue;
    }
    if (!isObject(values)) {
      const message = `The values of ${group.name} are an object, not ${describeType(values)}.`;
      errors.push({ parameter, code: 'invalid_type', message });
      continue;
    }
    const kept = new Map(Object.entries(edited.get(key) ?? {}));
    for (const [name, value] of Object.entries(values)) {
      const field = group.fields.find((candidate) => candidate.key === name);
      const reading = field === undefined ? undefined : readValue(field, value, `${parameter}.${name}`);
      if (reading === undefined) errors.push(unknown(`${parameter}.${name}`));
      else if (reading.outcome === 'rejected') errors.push(reading.error);
      else if (reading.outcome === 'absent') kept.delete(name);
      else kept.set(name, reading.value);
    }
    if (kept.size === 0) edited.delete(key);
    else edited.set(key, Object.fromEntries(kept));
  }
  return Object.fromEntries(edited);
}

/** The texts by which a record is found that come and go with its external data. */
export function changedLookups(
  document: Pick<ProjectDocument, 'externalDataGroups'>,
  target: 'ticket' | 'member',
  { before, after }: { before: ExternalData; after: ExternalData },
): { added: string[]; removed: string[] } {
  const fields = lookupFields(document, target);
  const textsOf = (external: ExternalData) =>
    new Set(
      fields.flatMap(({ group, field }) => {
        const value = Object.hasOwn(external, group) ? own(external[group] ?? {}, field) : undefined;
        return value === undefined ? [] : [String(value)];
      }),
    );
  const [had, has] = [textsOf(before), textsOf(after)];
  return { added: [...has].filter((text) => !had.has(text)), removed: [...had].filter((text) => !has.has(text)) };
}

type ValueReading =
  | { outcome: 'read'; value: ExternalData[string][string] }
  | { outcome: 'absent' }
  | { outcome: 'rejected'; error: ParameterError };

/** People give values in their types; only dates come in several forms, and are kept in one. */
function readValue(
  { label, type }: { label: string; type: ExternalType },
  value: unknown,
  parameter: string,
): ValueReading {
  if (value === null) return { outcome: 'absent' };
  const wanted = jsonTypes[type];
  const reject = (code: ParameterError['code'], message: string): ValueReading => {
    return { outcome: 'rejected', error: { parameter, code, message } };
  };
  if (typeof value !== wanted.type) {
    return reject('invalid_type', `${label} takes ${wanted.words}, not ${describeType(value)}.`);
  }
  const coerced = coerce(value, type);
  if (coerced.outcome === 'coerced') return { outcome: 'read', value: coerced.value };
  const code = type === 'dateTime' ? 'invalid_date' : type === 'string' ? 'too_long' : 'invalid_type';
  return reject(code, `${label} takes ${wanted.words}: ${coerced.reason}.`);
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
