import type { WebhookAction } from '../document/schema.ts';
import type { Where } from '../document/schema-filters.ts';
import { matchesFilter } from '../filters/match-filter.ts';
import { resolveTag, type TagScope } from '../templates/tag-scope.ts';
import type { TagValues } from '../templates/template.ts';
import type { FrozenSuccess } from './delivery.ts';

const always: Where = { all: [] };
const never: Where = { any: [] };

/** Freezes what counts as success: conditions over the record are decided now, those over the answer (`/…`) remain. */
export function freezeSuccess(
  { status, where, retry }: NonNullable<WebhookAction['success']>,
  scope: TagScope,
  values: TagValues,
): FrozenSuccess {
  return {
    ...(status === undefined ? {} : { status }),
    ...(where === undefined ? {} : { where: decideOverRecord(where, scope, values) }),
    retry,
  };
}

function decideOverRecord(where: Where, scope: TagScope, values: TagValues): Where {
  if ('all' in where) return { all: where.all.map((part) => decideOverRecord(part, scope, values)) };
  if ('any' in where) return { any: where.any.map((part) => decideOverRecord(part, scope, values)) };
  if ('not' in where) return { not: decideOverRecord(where.not, scope, values) };
  if (where.field.startsWith('/')) return where;
  const read = (name: string) => {
    const resolved = resolveTag(scope, name);
    return resolved.outcome === 'value' ? values(resolved.path) : undefined;
  };
  return matchesFilter(where, { read, now: Date.parse(String(values('now'))) }) ? always : never;
}
