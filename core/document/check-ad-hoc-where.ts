import { type ConditionScope, checkWhere } from './check-conditions.ts';
import { suggestSparingly } from './checking.ts';
import { readDocumentNames } from './document-names.ts';
import { type Problem, writePath } from './problems.ts';
import type { ProjectDocument } from './schema.ts';
import type { Where } from './schema-filters.ts';

/** Checks conditions that come with a call as those of a document are checked: lists every problem, by its path in them. */
export function checkAdHocWhere(document: ProjectDocument, where: Where, scope: ConditionScope): Problem[] {
  const problems: Problem[] = [];
  const none: ReadonlySet<string> = new Set();
  checkWhere(
    {
      document,
      names: readDocumentNames(document),
      // Conditions refer to nothing outside of the document.
      context: { projectKey: document.project.key, apiKeyPrefixes: none, memberEmails: none, secretNames: none },
      report: (path, code, message) => problems.push({ path: writePath(path), code, message }),
      warn: () => undefined,
      suggest: suggestSparingly(),
      isGiven: () => true,
    },
    [],
    where,
    scope,
  );
  return problems;
}
