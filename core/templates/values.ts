import type { TagValue } from './template.ts';

/** What an object is called in a text that people read; absent, it is shown as JSON. JSON itself never has it. */
export const shownAs = Symbol('shownAs');

/** Whether a value is a list. */
export function isList(value: TagValue | undefined): value is readonly TagValue[] {
  return Array.isArray(value);
}

/** Whether a tag has nothing to show: no value, null, an empty text or an empty list. */
export function isEmpty(value: TagValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (isList(value) && value.length === 0);
}

/** A value as people read it: lists joined by a comma, objects by what they are called or as JSON, nothing where it is empty. */
export function plainText(value: TagValue | undefined): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (isList(value)) return value.map(plainText).join(', ');
  if (typeof value !== 'object') return String(value);
  return value[shownAs] ?? JSON.stringify(value);
}
