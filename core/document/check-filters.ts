import { type ConditionScope, checkWhere } from './check-conditions.ts';
import { type Checking, canMeet, checkFeedbackType, checkReference } from './checking.ts';
import type { Path } from './problems.ts';
import type { Where } from './schema-filters.ts';

/** Checks the saved filters: what they look at, and their conditions. */
export function checkFilters(checking: Checking): void {
  checking.document.filters.forEach((filter, index) => {
    const path = ['filters', index];
    checkTypeFitsTarget(checking, path, filter);
    checkFeedbackType(checking, [...path, 'feedbackType'], filter.feedbackType);
    checkWhere(checking, [...path, 'where'], filter.where, {
      target: filter.target,
      feedbackType: filter.feedbackType,
      // Whoever refers to the filter is checked for it.
      allowsChanged: true,
    });
  });
}

/** Members have no feedback type. */
export function checkTypeFitsTarget(
  { report }: Checking,
  path: Path,
  { target, feedbackType }: { target: string; feedbackType?: string | undefined },
): void {
  if (target !== 'member' || feedbackType === undefined) return;
  report([...path, 'feedbackType'], 'not_allowed', 'members have no feedback type: leave it out, or set the target');
}

/** Checks a filter that a part names by key, or conditions that it holds in place. */
export function checkFilterReference(
  checking: Checking,
  path: Path,
  reference: string | Where | undefined,
  scope: ConditionScope,
): void {
  if (reference === undefined) return;
  if (typeof reference !== 'string') {
    checkWhere(checking, path, reference, scope);
    return;
  }
  const known = checking.names.of('filters');
  if (!checkReference(checking, path, reference, known, 'a filter of this document')) return;
  const filter = checking.document.filters.find(({ key }) => key === reference);
  if (filter === undefined) return;
  const { report } = checking;
  if (filter.target !== scope.target) {
    report(
      path,
      'invalid_choice',
      `filter "${reference}" is over ${filter.target}s, and a filter over ${scope.target}s is needed`,
    );
  } else if (!canMeet(checking, filter.feedbackType, scope.feedbackType)) {
    const message = `filter "${reference}" is for feedback type "${filter.feedbackType}", not "${scope.feedbackType}"`;
    report(path, 'invalid_choice', message);
  }
  if (!scope.allowsChanged && mentionsChanged(filter.where)) {
    report(path, 'not_allowed', `filter "${reference}" asks what changed, which only automations on modify can tell`);
  }
}

function mentionsChanged(where: Where): boolean {
  if ('all' in where) return where.all.some(mentionsChanged);
  if ('any' in where) return where.any.some(mentionsChanged);
  return 'not' in where ? mentionsChanged(where.not) : where.op === 'changed';
}
