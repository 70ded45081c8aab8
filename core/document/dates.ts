const calendarDay = /^\d{4}-\d{2}-\d{2}$/;
const instant = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether a text is a calendar day, such as 2026-11-30, or an instant with its offset, such as 2026-11-30T09:15:00Z. */
export function isDateOrInstant(text: string): boolean {
  const day = calendarDay.test(text) ? text : instant.exec(text)?.[1];
  if (day === undefined) return false;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The engine takes 31 February for 3 March: only a real day reads back as it was written.
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

/** Whether a text is the IANA name of a time zone, such as Europe/Berlin. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
