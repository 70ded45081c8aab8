import type { Condition, Where } from '../document/schema-filters.ts';

/** Lists the conditions of a filter, wherever they stand in it. */
export function listConditions(where: Where): Condition[] {
  if ('all' in where) return where.all.flatMap(listConditions);
  if ('any' in where) return where.any.flatMap(listConditions);
  return 'not' in where ? listConditions(where.not) : [where];
}
