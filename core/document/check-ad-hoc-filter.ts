import type { ConditionScope } from './check-conditions.ts';
import { checkFilterReference } from './check-filters.ts';
import { suggestSparingly } from './checking.ts';
import { readDocumentNames } from './document-names.ts';
import { limitProblems, type Path, type Problem, writePath } from './problems.ts';
import type { ProjectDocument } from './schema.ts';
import type { Where } from './schema-filters.ts';

/** Most problems of one call's conditions that are listed. */
const maxProblems = 200;

/**
 * Checks a filter that comes with a call, the key of a saved one or conditions, as those of a document are checked: lists its
 * problems by their paths below `path`, as many as an answer can hold.
 */
export function checkAdHocFilter(
  document: ProjectDocument,
  path: Path,
  filter: string | Where,
  scope: ConditionScope,
): Problem[] {
  const problems: Problem[] = [];
  const none: ReadonlySet<string> = new Set();
  const checking = {
    document,
    names: readDocumentNames(document),
    // Conditions refer to nothing outside of the document.
    context: { projectKey: document.project.key, apiKeyPrefixes: none, memberEmails: none, secretNames: none },
    report: (at: Path, code: Problem['code'], message: string) => problems.push({ path: writePath(at), code, message }),
    warn: () => undefined,
    suggest: suggestSparingly(),
    isGiven: () => true,
  };
  checkFilterReference(checking, path, filter, scope);
  return limitProblems(problems, { most: maxProblems, path });
}
