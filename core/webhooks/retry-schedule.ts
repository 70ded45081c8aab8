const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Waits between attempts: ten attempts in all, over about three days. */
const waitsMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** How many attempts a delivery gets before it fails. */
export const maxAttempts = waitsMs.length + 1;

const maxJitter = 0.1;

/** What the next attempt depends on: the attempts made, the instant of the last one's end, its `Retry-After`, and chance. */
export type AttemptsSoFar = {
  attemptsMade: number;
  /** Epoch milliseconds. */
  at: number;
  retryAfterHeader?: string | undefined;
  /** From 0 up to, not including, 1. */
  random: number;
};

/** When the next attempt is due (epoch milliseconds), jittered only forward by at most a tenth of the wait, or that none is left. */
export function nextAttempt({
  attemptsMade,
  at,
  retryAfterHeader,
  random,
}: AttemptsSoFar): { dueAt: number } | 'exhausted' {
  const scheduledMs = waitsMs[Math.max(attemptsMade, 1) - 1];
  if (scheduledMs === undefined) return 'exhausted';
  const askedMs = retryAfterHeader === undefined ? undefined : readRetryAfter(retryAfterHeader, at);
  const waitMs = askedMs ?? scheduledMs;
  return { dueAt: at + waitMs + Math.floor(waitMs * maxJitter * random) };
}

/**
 * Reads a `Retry-After` (RFC 9110, 10.2.3) as a wait in milliseconds. More than a day counts as a day. Anything else than seconds
 * or a date, and a wait of nothing (`0`, a date that is past), is undefined: ten attempts would be spent within a second.
 */
export function readRetryAfter(header: string, at: number): number | undefined {
  const text = header.trim();
  // Fractions are not in the standard, but some rate limiters send them.
  const waitMs = /^\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Math.ceil(Number(text)) * second : waitUntil(text, at);
  return waitMs === undefined || waitMs <= 0 ? undefined : Math.min(waitMs, day);
}

const monthNames = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const time = String.raw`\d{2}:\d{2}:\d{2}`;

/** The three forms of an HTTP date (RFC 9110, 5.6.7); `Date.parse` alone would take much else, some of it in local time. */
const standardDate = new RegExp(String.raw`^[A-Z][a-z]{2}, \d{2} ${monthNames} \d{4} ${time} GMT$`);
const rfc850Date = new RegExp(String.raw`^[A-Z][a-z]{5,8}, \d{2}-${monthNames}-\d{2} ${time} GMT$`);
const asctimeDate = new RegExp(String.raw`^[A-Z][a-z]{2} ${monthNames} [ \d]\d ${time} \d{4}$`);

function waitUntil(text: string, at: number): number | undefined {
  const instant = readHttpDate(text);
  return Number.isNaN(instant) ? undefined : instant - at;
}

function readHttpDate(text: string): number {
  if (standardDate.test(text) || rfc850Date.test(text)) return Date.parse(text);
  return asctimeDate.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
