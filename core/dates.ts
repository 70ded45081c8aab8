const calendarDay = /^\d{4}-\d{2}-\d{2}$/;
const instant =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether a text is a calendar day, such as 2026-11-30, or an instant of RFC 3339, such as 2026-11-30T09:15:00Z. */
export function isDate(text: string): boolean {
  const day = calendarDay.test(text) ? text : instant.exec(text)?.[1];
  if (day === undefined) return false;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The engine takes 31 February for 3 March: only a real day reads back as it was written.
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** Whether a date can be reckoned with: it has no leap second, and lies in the years 0 to 9999 of UTC, so that it sorts as text. */
export function isPlainInstant(text: string): boolean {
  if (!isDate(text)) return false;
  const at = Date.parse(text);
  return !Number.isNaN(at) && /^\d{4}-/.test(new Date(at).toISOString());
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of a duration such as 30m, 12h or 90d; NaN for any other text. */
export function durationMs(text: string): number {
  const duration = /^(\d+)([mhd])$/.exec(text);
  const unit = duration?.[2];
  return unit === 'm' || unit === 'h' || unit === 'd' ? Number(duration?.[1]) * unitMs[unit] : Number.NaN;
}
