import type { ProjectDocument } from '../document/schema.ts';

const known = new WeakMap<ProjectDocument, boolean>();

/**
 * Whether anything that a project runs may read files: they are read from the table only then. A text that merely mentions
 * an attachment field counts as well.
 */
export function readsFiles(document: ProjectDocument): boolean {
  const remembered = known.get(document);
  if (remembered !== undefined) return remembered;
  const fields = document.feedbackTypes.flatMap((type) => type.fields.filter(({ kind }) => kind === 'attachment'));
  const names = ['attachments', ...fields.flatMap(({ key, label }) => [key, label])];
  const { macros, automations, filters } = document;
  const reads = mentions([macros, automations, filters], names);
  known.set(document, reads);
  return reads;
}

function mentions(value: unknown, names: readonly string[]): boolean {
  if (typeof value === 'string') return names.some((name) => value.includes(name));
  if (typeof value !== 'object' || value === null) return false;
  // Bodies of forms and JSON are maps as well; their keys are texts of the author's, and may hold no tags.
  return Object.values(value).some((part) => mentions(part, names));
}
