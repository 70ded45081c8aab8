import type { TagValue } from './template.ts';

/** Whether a value is a list. */
export function isList(value: TagValue | undefined): value is readonly TagValue[] {
  return Array.isArray(value);
}

/** Whether a tag has nothing to show: no value, null, an empty text or an empty list. */
export function isEmpty(value: TagValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (isList(value) && value.length === 0);
}

/** A value as people read it: lists joined by a comma, objects as JSON, nothing where it is empty. */
export function plainText(value: TagValue | undefined): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (isList(value)) return value.map(plainText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
