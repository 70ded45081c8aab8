import type { ProjectDocument } from '../document/schema.ts';

const known = new WeakMap<ProjectDocument, boolean>();

/**
 * Whether anything that a project runs may read files: they are read from the table only then. A text that merely mentions
 * an attachment field counts as well.
 */
export function readsFiles(document: ProjectDocument): boolean {
  const remembered = known.get(document);
  if (remembered !== undefined) return remembered;
  const { macros, automations, filters, externalListeners } = document;
  const reads = mentionsFiles(document, [macros, automations, filters, externalListeners]);
  known.set(document, reads);
  return reads;
}

/** Whether a part of a configuration, such as the conditions of a run, may read files of a project's tickets. */
export function mentionsFiles(document: ProjectDocument, part: unknown): boolean {
  const fields = document.feedbackTypes.flatMap((type) => type.fields.filter(({ kind }) => kind === 'attachment'));
  return mentions(part, ['attachments', ...fields.flatMap(({ key, label }) => [key, label])]);
}

function mentions(value: unknown, names: readonly string[]): boolean {
  if (typeof value === 'string') return names.some((name) => value.includes(name));
  if (typeof value !== 'object' || value === null) return false;
  // Bodies of forms and JSON are maps as well; their keys are texts of the author's, and may hold no tags.
  return Object.values(value).some((part) => mentions(part, names));
}
