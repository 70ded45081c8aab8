import { type Checking, checkReference } from './checking.ts';

/** Checks the macro by which project managers are told of webhooks. */
export function checkNotices(checking: Checking): void {
  const macro = checking.document.project.notices?.macro;
  if (macro === undefined) return;
  const path = ['project', 'notices', 'macro'];
  checkReference(checking, path, macro, checking.names.of('macros'), 'a macro of this document');
}
