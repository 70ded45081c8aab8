import type { Field } from '../document/schema.ts';
import type { FieldValue } from '../tickets/ticket.ts';

/** Between which values a number is raised: beyond, it stays where it is. */
export type NumberBounds = { least: number; most: number };

/** The bounds of a number field; a number that JSON carries exactly is within 2^53. */
export function boundsOf({ min, max }: Pick<Field, 'min' | 'max'>): NumberBounds {
  return {
    least: Math.max(min ?? Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
    most: Math.min(max ?? Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  };
}

/** A value raised by so much, within its bounds; what is no number counts as nothing. */
export function raiseValue(held: FieldValue | undefined, by: number, { least, most }: NumberBounds): number {
  const from = typeof held === 'number' ? held : 0;
  return Math.min(Math.max(from + by, least), most);
}

/**
 * Whether a value may be raised without knowing it exactly: whole numbers that stay within the bounds add up to the same in
 * whatever order they are added.
 */
export function addsUp(held: FieldValue | undefined, by: number, { most }: NumberBounds): boolean {
  const from = held ?? 0;
  return Number.isSafeInteger(from) && Number.isSafeInteger(by) && by > 0 && Number(from) + by <= most;
}
