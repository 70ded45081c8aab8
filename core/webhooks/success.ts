import type { FrozenSuccess } from '../deliveries/delivery.ts';
import type { Condition, Where } from '../document/schema-filters.ts';
import { matchesFilter } from '../filters/match-filter.ts';
import { readParameter } from '../json-pointer.ts';
import type { TagValue } from '../templates/template.ts';
import { type MaskText, quoteValue } from './quote-value.ts';

/** Longest value that a reason quotes, in UTF-16 units. */
const maxQuoted = 200;

const noSuccess = 'the answer does not count as success';
/** Of conditions over the record only this is left of those that did not hold (freeze-success.ts). */
const neverFulfilled = `${noSuccess}: the record did not fulfil success.where when the webhook was made`;

/** Whether an answer whose status counts is a success as well by its body, or why it is not. */
export type BodyVerdict = { outcome: 'success' } | { outcome: 'no-success'; reason: string };

/** An answer's body, as far as it was read. */
export type AnswerBody = { body: Uint8Array; truncated: boolean };

/** What a condition comes to; `unread` where it points into what is no JSON, which is neither true nor false. */
type Finding = { outcome: 'holds' } | { outcome: 'broken' | 'unread'; reason: string };

const holds: Finding = { outcome: 'holds' };

/** Judges an answer's body by the frozen conditions; what cannot be read is no success, or a login page would be one. */
export function judgeBody(where: Where, answer: AnswerBody, mask: MaskText): BodyVerdict {
  const json = readJson(answer.body);
  const judge = (condition: Condition): Finding =>
    json === undefined
      ? {
          outcome: 'unread',
          reason: `the answer is ${describeUnread(answer)}, so ${condition.field} could not be read`,
        }
      : judgeCondition(condition, json.value, mask);
  const finding = find(where, judge);
  return finding.outcome === 'holds' ? { outcome: 'success' } : { outcome: 'no-success', reason: finding.reason };
}

/** The statuses that count: the given ones, else any 2xx. */
export function countsAsSuccess(success: FrozenSuccess | undefined, status: number): boolean {
  return success?.status === undefined ? status >= 200 && status < 300 : success.status.includes(status);
}

function find(where: Where, judge: (condition: Condition) => Finding): Finding {
  if ('all' in where) {
    const findings = where.all.map((part) => find(part, judge));
    const broken = findings.find(({ outcome }) => outcome === 'broken');
    return broken ?? findings.find(({ outcome }) => outcome === 'unread') ?? holds;
  }
  if ('any' in where) {
    const findings = where.any.map((part) => find(part, judge));
    const decisive = findings.find(({ outcome }) => outcome === 'holds' || findings.length === 1);
    if (decisive !== undefined) return decisive;
    if (findings.length === 0) return { outcome: 'broken', reason: neverFulfilled };
    const reason = `${noSuccess}: none of the alternatives in success.where holds`;
    return findings.find(({ outcome }) => outcome === 'unread') ?? { outcome: 'broken', reason };
  }
  if ('not' in where) {
    const finding = find(where.not, judge);
    if (finding.outcome === 'unread') return finding;
    return finding.outcome === 'broken' ? holds : { outcome: 'broken', reason: describeNot(where.not) };
  }
  return judge(where);
}

function judgeCondition(condition: Condition, json: unknown, mask: MaskText): Finding {
  const found = readParameter(json, condition.field);
  const actual = isJson(found) ? found : undefined;
  // Durations are about records, and those conditions were decided when the webhook was made.
  if (matchesFilter(condition, { read: () => actual, now: 0 })) return holds;
  return {
    outcome: 'broken',
    reason: `${noSuccess}: "${describeCondition(condition)}" does not hold for ${quote(actual, mask)}`,
  };
}

/** What `JSON.parse` gave is a value as tags have them; it is not walked, for it may be nested without end. */
function isJson(value: unknown): value is TagValue {
  return value !== undefined;
}

function describeNot(where: Where): string {
  const what = 'field' in where ? `"${describeCondition(where)}" holds` : 'what success.where excludes holds';
  return `${noSuccess}: ${what}`;
}

function describeCondition({ field, op, value }: Condition): string {
  return [field, op, ...(value === undefined ? [] : [quote(value, (text) => text)])].join(' ');
}

function describeUnread({ body, truncated }: AnswerBody): string {
  if (truncated) return `longer than the ${body.byteLength} bytes that are read`;
  return body.byteLength === 0 ? 'empty' : 'not JSON';
}

function readJson(body: Uint8Array): { value: unknown } | undefined {
  try {
    // Decoding drops a byte order mark, with which some servers begin their JSON.
    return { value: JSON.parse(new TextDecoder().decode(body)) };
  } catch {
    return undefined;
  }
}

function quote(value: TagValue | undefined, mask: MaskText): string {
  if (value === undefined) return 'nothing';
  const quoted = quoteValue(value, { mask, maxLength: maxQuoted });
  return typeof value === 'string' ? `"${quoted}"` : quoted;
}
