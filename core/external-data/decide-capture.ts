import type { FrozenCapture } from '../deliveries/delivery.ts';
import type { FieldChange } from '../records/change.ts';
import type { ExternalData, ExternalValue } from '../tickets/ticket.ts';
import type { Uncaptured } from './read-values.ts';

/** Lookup entries that one capture may change: a transaction takes 100 items, and a change is two of them. */
const maxLookupChanges = 40;
/**
 * Bytes of values that one capture may have, those that it replaces included: history keeps both in one item, and the
 * attempt names even those that stay as they are (400 KB).
 */
const maxChangeBytes = 128 * 1024;
/** Fields that one capture may change: the record's update names each, and DynamoDB takes expressions of 4 KB. */
const maxCapturedFields = 100;
/** Largest record, in bytes (docs/architecture.md, "The table"). */
const maxRecordBytes = 350 * 1024;

/** What values from outside come to on a record. */
export type CaptureDecision = {
  /** The values of the group that differ from those which the record holds. */
  values: Record<string, ExternalValue>;
  changes: FieldChange[];
  /** The texts by which the record is to be found from now on, and those by which no longer. */
  lookups: { added: string[]; removed: string[] };
  /** Values for which there is no room. */
  left: Uncaptured[];
};

/** A record as far as captures are concerned: what it holds from outside, and its size. */
export type CapturingRecord = { external: ExternalData; bytes: number };

/**
 * Decides what captured values change on a record. What follows from such a change (automations on modification) is to be
 * decided from its `changes`.
 */
export function decideCapture(
  record: CapturingRecord,
  capture: FrozenCapture,
  captured: Readonly<Record<string, ExternalValue>>,
): CaptureDecision {
  const held = ownEntry(record.external, capture.group) ?? {};
  const { values, left } = takeWhatFits(record, capture, held, captured);
  const changes = Object.entries(values).map(([key, to]): FieldChange => {
    const from = ownEntry(held, key);
    return { path: `external.${capture.group}.${key}`, ...(from === undefined ? {} : { from }), to };
  });
  return { values, changes, lookups: changeLookups(record, capture, held, { ...held, ...values }), left };
}

/** An own entry of a record: keys come from documents, and `constructor` is a fine one. */
export function ownEntry<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function takeWhatFits(
  record: CapturingRecord,
  { group, fields }: FrozenCapture,
  held: Readonly<Record<string, ExternalValue>>,
  captured: Readonly<Record<string, ExternalValue>>,
): Pick<CaptureDecision, 'values' | 'left'> {
  const values: [string, ExternalValue][] = [];
  const left: Uncaptured[] = [];
  let changeBytes = 0;
  let recordBytes = record.bytes;
  let lookupChanges = 0;
  for (const { key, lookup } of fields) {
    const value = ownEntry(captured, key);
    const from = ownEntry(held, key);
    if (value === undefined) continue;
    const added = byteLength({ [key]: value });
    const removed = from === undefined || from === value ? 0 : byteLength({ [key]: from });
    if (value !== from && values.length === maxCapturedFields) {
      left.push({ field: key, reason: `at most ${maxCapturedFields} values can change at once` });
    } else if (value !== from && lookup === true && lookupChanges === maxLookupChanges) {
      left.push({ field: key, reason: `at most ${maxLookupChanges} lookup values can change at once` });
    } else if (changeBytes + added + removed > maxChangeBytes) {
      left.push({ field: key, reason: `the values of ${group} are too long together: one answer may bring 128 KB` });
    } else if (value === from) {
      changeBytes += added;
    } else if (recordBytes + added > maxRecordBytes) {
      left.push({ field: key, reason: 'the record is full: it may have 350 KB' });
    } else {
      values.push([key, value]);
      changeBytes += added + removed;
      recordBytes += added;
      if (lookup === true) lookupChanges += 1;
    }
  }
  return { values: Object.fromEntries(values), left };
}

/** Values are looked up by their text, which several fields may share: an entry stays while one of them has it. */
function changeLookups(
  { external }: CapturingRecord,
  { group, fields }: FrozenCapture,
  held: Readonly<Record<string, ExternalValue>>,
  after: Readonly<Record<string, ExternalValue>>,
): CaptureDecision['lookups'] {
  const lookups = fields.filter(({ lookup }) => lookup === true);
  const textsOf = (values: Readonly<Record<string, ExternalValue>>) =>
    new Set(lookups.flatMap(({ key }) => textOf(ownEntry(values, key))));
  const [before, now] = [textsOf(held), textsOf(after)];
  // Which fields of other groups are lookups is not known here; to keep an entry too many does no harm.
  const elsewhere = new Set(
    Object.entries(external).flatMap(([other, values]) =>
      other === group ? [] : Object.values(values).flatMap((value) => textOf(value)),
    ),
  );
  return {
    added: [...now].filter((text) => !before.has(text)),
    removed: [...before].filter((text) => !now.has(text) && !elsewhere.has(text)),
  };
}

function textOf(value: ExternalValue | undefined): string[] {
  return value === undefined ? [] : [String(value)];
}

function byteLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
