import { findUnstorable } from '../json-text.ts';
import { ApiKeyPrefix } from '../keys/api-key.ts';
import { canonicalEmail } from '../members.ts';
import { checkAutomations, checkReadEndpoints } from './check-automations.ts';
import { checkExternalData } from './check-external-data.ts';
import { checkFeedbackTypes } from './check-feedback-types.ts';
import { checkFilters } from './check-filters.ts';
import { checkKeys } from './check-keys.ts';
import { checkListeners } from './check-listeners.ts';
import { checkMacros } from './check-macros.ts';
import { checkMembers } from './check-members.ts';
import { checkNotices } from './check-notices.ts';
import { warnOfMissingSecrets } from './check-secrets.ts';
import { checkConsequenceSize } from './check-size.ts';
import { checkSources } from './check-sources.ts';
import { checkTemplates } from './check-templates.ts';
import { type Checking, type DocumentContext, suggestSparingly } from './checking.ts';
import { readDocumentNames } from './document-names.ts';
import { listNotYet } from './not-yet.ts';
import { describeUnstorable, limitProblems, type Problem, writePath } from './problems.ts';
import { readList, readPath, readText } from './raw-document.ts';
import { type Salvage, salvageDocument } from './salvage.ts';
import type { ProjectDocument } from './schema.ts';

/** A document that can apply, or every reason why it cannot. */
export type DocumentCheck =
  | {
      outcome: 'valid';
      document: ProjectDocument;
      /** The input as given, without `members`: what is stored, and what GET answers. */
      source: unknown;
      notYet: string[];
      warnings: string[];
    }
  | { outcome: 'invalid'; problems: Problem[] };

/** Checks a document as a whole: its shape, and everything its parts refer to. Lists every problem at once. */
export function checkDocument(input: unknown, context: DocumentContext): DocumentCheck {
  const unstorable = findUnstorable(input);
  if (unstorable.length > 0) {
    return { outcome: 'invalid', problems: limitProblems(unstorable.map(describeUnstorable)) };
  }
  const salvage = salvageDocument(input, context.projectKey);
  const problems = salvage.problems.map(
    ({ path, code, message }): Problem => ({ path: writePath(path), code, message }),
  );
  const warnings: string[] = [];
  if (salvage.document !== undefined) checkParts(input, context, salvage, salvage.document, problems, warnings);
  if (salvage.document === undefined || problems.length > 0) {
    return { outcome: 'invalid', problems: limitProblems(withoutRepeats(problems)) };
  }
  const source = withoutMembers(input);
  return { outcome: 'valid', document: salvage.document, source, notYet: listNotYet(source), warnings };
}

/**
 * What a document refers to outside of itself, as far as it can be read, so that it can be loaded before the check.
 * Texts that can be no key and no address are left out: the table takes only so much as a key.
 */
export function documentReferences(input: unknown): { apiKeyPrefixes: string[]; emails: string[] } {
  const endpoints = ['externalSources', 'externalListeners', 'dataPackages', 'recordLookups'];
  const texts = endpoints.flatMap((list) => readList(input, list).map((endpoint) => readText(endpoint, 'apiKey')));
  const prefixes = texts.map((text) => ApiKeyPrefix.safeParse(text).data);
  const submitters = readList(input, 'externalSources').map((source) => readText(source, 'defaultSubmitter'));
  const emails = submitters.map((text) => (text === undefined ? undefined : canonicalEmail(text)));
  const distinct = (texts: (string | undefined)[]) => [...new Set(texts.filter((text) => text !== undefined))];
  return { apiKeyPrefixes: distinct(prefixes), emails: distinct(emails) };
}

function checkParts(
  input: unknown,
  context: DocumentContext,
  { toInputPath }: Salvage,
  document: ProjectDocument,
  problems: Problem[],
  warnings: string[],
): void {
  const checking: Checking = {
    document,
    context,
    names: readDocumentNames(input),
    report: (path, code, message) => problems.push({ path: writePath(toInputPath(path)), code, message }),
    warn: (path, message) => warnings.push(`${writePath(toInputPath(path))}: ${message}`),
    suggest: suggestSparingly(),
    isGiven: (path) => readPath(input, toInputPath(path)) !== undefined,
  };
  checkKeys(checking);
  checkMembers(checking);
  checkNotices(checking);
  checkFeedbackTypes(checking);
  checkExternalData(checking);
  checkFilters(checking);
  checkSources(checking);
  checkMacros(checking);
  checkListeners(checking);
  checkAutomations(checking);
  checkReadEndpoints(checking);
  warnOfMissingSecrets(checking, checkTemplates(checking));
  checkConsequenceSize(checking);
}

function withoutMembers(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'members'));
}

/** A part that several feedback types share is checked against each, and may be wrong for the same reason. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem])).values()];
}
