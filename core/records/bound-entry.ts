import type { ActionResult } from './action-result.ts';
import type { FieldChange } from './change.ts';

/** Most bytes of a value's JSON that history keeps whole. */
const maxValueBytes = 1_024;
/** UTF-16 units of a longer value that are kept, at most 1 KB; of many such values fewer. */
const keptLength = { one: 256, many: 16 };
/** Most bytes of all the values of one entry: an item of DynamoDB takes 400 KB. */
const maxValuesBytes = 100_000;
/** UTF-16 units that are kept of why points were given: as long as one reason may be. */
const maxScoreReasonLength = 1_000;
/** UTF-16 units of an action's reason that are kept. */
const maxReasonLength = 200;

/** The changes as history keeps them: long values are cut, with their size. */
export function boundChanges(changes: readonly FieldChange[]): FieldChange[] {
  const bounded = changes.map((change) => boundChange(change, maxValueBytes, keptLength.one));
  if (countBytes(bounded) <= maxValuesBytes) return bounded;
  return changes.map((change) => boundChange(change, 4 * keptLength.many, keptLength.many));
}

/** The outcomes of actions as history keeps them. */
export function boundActions(actions: readonly ActionResult[]): ActionResult[] {
  return actions.map((action) => {
    const { reason } = action;
    if (reason === undefined || reason.length <= maxReasonLength) return action;
    return { ...action, reason: `${reason.slice(0, maxReasonLength).toWellFormed()}…` };
  });
}

/** Points are given for reasons, which stand beside the score that they led to. */
export function sayWhy(changes: readonly FieldChange[], actions: readonly ActionResult[]): FieldChange[] {
  const reasons = actions.flatMap(({ kind, outcome, reason }) =>
    kind === 'score' && outcome === 'applied' && reason !== undefined ? [reason] : [],
  );
  if (reasons.length === 0) return [...changes];
  const reason = reasons.join('; ').slice(0, maxScoreReasonLength).toWellFormed();
  return changes.map((change) => (change.path === 'member.score' ? { ...change, reason } : change));
}

function boundChange(change: FieldChange, maxBytes: number, length: number): FieldChange {
  const { from, to } = change;
  return {
    ...change,
    ...(from === undefined ? {} : { from: cutValue(from, maxBytes, length) }),
    ...(to === undefined ? {} : { to: cutValue(to, maxBytes, length) }),
  };
}

function cutValue(value: unknown, maxBytes: number, length: number): unknown {
  if (countBytes(value) <= maxBytes) return value;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A pair of surrogates is not cut in two.
  const end = /[\ud800-\udbff]/.test(text[length - 1] ?? '') ? length - 1 : length;
  return `${text.slice(0, end)}… (${Buffer.byteLength(text)} bytes)`;
}

function countBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
