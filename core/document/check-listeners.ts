import { checkFilterReference, checkTypeFitsTarget } from './check-filters.ts';
import { checkAccess } from './check-sources.ts';
import { type Checking, canMeet, checkFeedbackType, checkReference } from './checking.ts';
import type { Path } from './problems.ts';
import type { ExternalListener } from './schema.ts';

/** What records each target of macros and listeners means. */
export const recordOfTarget = { feedback: 'ticket', member: 'member' } as const;

/** Checks external listeners: how they are opened, which records they find, and what they do. */
export function checkListeners(checking: Checking): void {
  checking.document.externalListeners.forEach((listener, index) => {
    const path = ['externalListeners', index];
    checkAccess(checking, path, listener);
    checkTypeFitsTarget(checking, path, listener);
    checkFeedbackType(checking, [...path, 'feedbackType'], listener.feedbackType);
    checkFilterReference(checking, [...path, 'filter'], listener.filter, {
      target: recordOfTarget[listener.target],
      feedbackType: listener.feedbackType,
      allowsChanged: false,
    });
    if (listener.type === 'macro') checkMacroReference(checking, path, listener, listener.target);
    if (listener.type === 'data') checkGroup(checking, path, listener.group, listener);
  });
}

/** Checks the macro that a listener or an automation runs: that it exists and fits the records it is to run on. */
export function checkMacroReference(
  checking: Checking,
  path: Path,
  owner: { macro: string; feedbackType?: string | undefined },
  target: 'feedback' | 'member' | undefined,
): void {
  const { document, names, report } = checking;
  const at = [...path, 'macro'];
  if (!checkReference(checking, at, owner.macro, names.of('macros'), 'a macro of this document')) return;
  const macro = document.macros.find(({ key }) => key === owner.macro);
  if (macro === undefined) return;
  if (target !== undefined && macro.target !== target) {
    report(
      at,
      'invalid_choice',
      `macro "${macro.key}" has target ${macro.target}, and one with target ${target} is needed`,
    );
  } else if (!canMeet(checking, macro.feedbackType, owner.feedbackType)) {
    const message = `macro "${macro.key}" is for feedback type "${macro.feedbackType}", not "${owner.feedbackType}"`;
    report(at, 'invalid_choice', message);
  }
}

function checkGroup(checking: Checking, path: Path, key: string, { target }: ExternalListener): void {
  checkGroupReference(checking, [...path, 'group'], key, recordOfTarget[target]);
}

/** Checks an external data group that values are stored into: that it exists and belongs to the records in question. */
export function checkGroupReference(checking: Checking, path: Path, key: string, target: 'ticket' | 'member'): void {
  const { document, names, report } = checking;
  const known = names.of('externalDataGroups');
  if (!checkReference(checking, path, key, known, 'an external data group of this document')) return;
  const group = document.externalDataGroups.find((one) => one.key === key);
  if (group === undefined || group.target === target) return;
  report(
    path,
    'invalid_choice',
    `group "${key}" belongs to ${group.target}s, and one that belongs to ${target}s is needed`,
  );
}
