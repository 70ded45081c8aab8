import { UTCDate } from '@date-fns/utc/date';
import { format } from 'date-fns/format';
import { isDate } from '../dates.ts';

/** Longest pattern, in characters: people write a dozen, and each is read again for every value. */
const maxPatternLength = 100;

/** Any instant: whether a pattern is sound does not depend on it. */
const someInstant = Date.UTC(2026, 10, 30, 9, 15);

/** What is wrong with a pattern of Unicode's date fields (UTS 35), such as yyyy-MM-dd; undefined where it is sound. */
export function findPatternFault(pattern: string): string | undefined {
  if (pattern === '') return 'The pattern of the filter "date" is empty';
  if (pattern.length > maxPatternLength) {
    return `The pattern of the filter "date" is longer than ${maxPatternLength} characters`;
  }
  const letters = pattern.replace(/''|'(?:''|[^'])+(?:'|$)/g, '');
  // Week years and days of the year: sound, and almost never what was meant.
  if (/[YD]/.test(letters)) return 'The filter "date" writes the year as yyyy and the day as dd, in small letters';
  try {
    format(new UTCDate(someInstant), pattern);
    return undefined;
  } catch (error) {
    // The library's only other complaint is of a letter that stands for nothing.
    if (!(error instanceof RangeError)) throw error;
    const letter = /`(.)`/u.exec(error.message)?.[1] ?? '';
    return `"${letter}" stands for no part of a date: put words in single quotes, as in "d. MMMM 'at' HH:mm"`;
  }
}

/** Writes a calendar day or an instant of RFC 3339 by a sound pattern, in UTC; any other text stays as it is. */
export function formatDate(text: string, pattern: string): string {
  if (!isDate(text)) return text;
  const at = Date.parse(text);
  // A leap second is a date of RFC 3339 that the engine does not know.
  return Number.isNaN(at) ? text : format(new UTCDate(at), pattern);
}
