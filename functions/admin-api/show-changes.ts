import type { DocumentChange } from '../../core/document/diff-documents.ts';
import { withinBytes } from '../../core/within-bytes.ts';

/** Changes as an answer lists them: a document of 1 MiB may differ in more than an answer holds. */
export function showChanges(all: readonly DocumentChange[]): { changes: DocumentChange[]; moreChanges?: number } {
  const { kept, more } = withinBytes(all);
  return { changes: [...kept], ...(more === 0 ? {} : { moreChanges: more }) };
}
