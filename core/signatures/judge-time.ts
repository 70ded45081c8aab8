import { durationMs, isDate } from '../dates.ts';
import type { SignatureScheme } from '../document/schema-signatures.ts';

/** How far a timestamp may be off, or how long a signature without one may be repeated, unless its scheme says otherwise. */
const usualTolerance = '5m';

/** How far a signed timestamp may be off; without one, for how long an accepted signature is accepted again. */
export function toleranceMs({ tolerance = usualTolerance }: Pick<SignatureScheme, 'tolerance'>): number {
  return durationMs(tolerance);
}

/** Says what is wrong with a signed timestamp, read off our clock (`now`, in epoch milliseconds); undefined where nothing is. */
export function judgeTimestamp(scheme: SignatureScheme, timestamp: string, now: number): string | undefined {
  const at = readTimestamp(timestamp, scheme.timestampUnit);
  if (at === undefined) return `the timestamp is not ${unitNames[scheme.timestampUnit]}`;
  const aheadMs = at - now;
  const allowedMs = toleranceMs(scheme);
  if (Math.abs(aheadMs) <= allowedMs) return undefined;
  const seconds = Math.ceil(Math.abs(aheadMs) / 1_000);
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  return `the timestamp is ${seconds} s ${direction} our clock; at most ${allowedMs / 1_000} s are allowed`;
}

/** How long a sender may repeat a call by its name, in milliseconds: as long as executed calls are remembered (docs/http.md). */
const maxRepeatedMs = 24 * 60 * 60 * 1_000;

/**
 * Judges a signature that carries no timestamp by when it was accepted first: within the tolerance it may be the sender's own
 * repetition, and within a day where it is the same call by name; else it is somebody else's.
 */
export function judgeReplay(
  remembered: { firstSeenAt: string; call?: string | undefined },
  { now, toleranceMs: allowedMs, call }: { now: number; toleranceMs: number; call?: string | undefined },
): 'fresh' | 'replayed' {
  const ageMs = now - Date.parse(remembered.firstSeenAt);
  const isRepeated = call !== undefined && call === remembered.call && ageMs <= maxRepeatedMs;
  return ageMs <= allowedMs || isRepeated ? 'fresh' : 'replayed';
}

const unitNames = {
  s: 'a whole number of seconds since 1970',
  ms: 'a whole number of milliseconds since 1970',
  iso: 'a date and time of RFC 3339 with its time zone',
} as const;

/**
 * The instant of a timestamp, in epoch milliseconds. Only one way to write each is taken: where nothing stands between it and
 * the body, one that also went with leading zeros or without its zone could take characters from the body, or give it some.
 */
function readTimestamp(text: string, unit: SignatureScheme['timestampUnit']): number | undefined {
  if (unit === 'iso') {
    const at = isDate(text) && text.length > 'YYYY-MM-DD'.length ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  }
  if (!/^[1-9]\d{0,14}$/.test(text)) return undefined;
  return Number(text) * (unit === 's' ? 1_000 : 1);
}
