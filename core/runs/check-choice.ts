import { checkFilterReference } from '../document/check-filters.ts';
import type { Checking } from '../document/checking.ts';
import { readDocumentNames } from '../document/document-names.ts';
import { writePath } from '../document/problems.ts';
import type { Macro, ProjectDocument } from '../document/schema.ts';
import { maxWhereBytes, type Where } from '../document/schema-filters.ts';
import type { ParameterError } from '../reply-errors.ts';

/** Says what is wrong with the filter of a run, as of one in the document; nothing where it can be used. */
export function checkChoice(
  document: ProjectDocument,
  macro: Macro,
  { filter, where }: { filter?: string | undefined; where?: Where | undefined },
): ParameterError[] {
  const errors: ParameterError[] = [];
  const checking: Checking = {
    document,
    context: {
      projectKey: document.project.key,
      apiKeyPrefixes: new Set(),
      memberEmails: new Set(),
      secretNames: new Set(),
    },
    names: readDocumentNames(document),
    report: (path, code, message) => errors.push({ parameter: writePath(path), code, message: `${message}.` }),
    warn: () => undefined,
    suggest: (find) => {
      const found = find();
      return found === undefined ? '' : `; did you mean "${found}"?`;
    },
    isGiven: () => true,
  };
  const target = macro.target === 'member' ? ('member' as const) : ('ticket' as const);
  const scope = { target, feedbackType: macro.feedbackType, allowsChanged: false };
  if (filter !== undefined) checkFilterReference(checking, ['filter'], filter, scope);
  if (where !== undefined) checkFilterReference(checking, ['where'], where, scope);
  const saved = document.filters.find(({ key }) => key === filter)?.where;
  for (const [parameter, conditions] of Object.entries({ filter: saved, where })) {
    if (conditions === undefined || Buffer.byteLength(JSON.stringify(conditions)) <= maxWhereBytes) continue;
    const message = `The conditions of a run may have ${maxWhereBytes} bytes of JSON at most: split the run.`;
    errors.push({ parameter, code: 'too_long', message });
  }
  return errors;
}
