import type { ParameterErrorCode } from '../reply-errors.ts';
import type { DocumentNames } from './document-names.ts';
import { listAllowed, type Path, quote } from './problems.ts';
import type { FeedbackType, ProjectDocument } from './schema.ts';

/** What a document is checked against besides itself. */
export type DocumentContext = {
  /** The key in the URL, which the document must repeat. */
  projectKey: string;
  apiKeyPrefixes: ReadonlySet<string>;
  /** Existing members, by canonical e-mail address. */
  memberEmails: ReadonlySet<string>;
  secretNames: ReadonlySet<string>;
  /** Every id prefix that tickets of the project ever had, with its feedback type. */
  idPrefixesInUse?: ReadonlyMap<string, string>;
};

/** One check of a document under way: what is left of it after parsing, and where to report. */
export type Checking = {
  document: ProjectDocument;
  context: DocumentContext;
  names: DocumentNames;
  report: (path: Path, code: ParameterErrorCode, message: string) => void;
  warn: (path: Path, message: string) => void;
  /** Asks what was probably meant, as the end of a message; empty where nothing is near. */
  suggest: (find: () => string | undefined) => string;
  /** Whether the input has something there, though it may have been cut out because it did not parse. */
  isGiven(path: Path): boolean;
};

/** Most names that are looked up for a near miss: each costs a walk over all that exist. */
const maxSuggestions = 50;

/** Suggests names for one check, as long as it asks for few. */
export function suggestSparingly(): Checking['suggest'] {
  let suggestions = 0;
  return (find) => {
    suggestions += 1;
    const found = suggestions > maxSuggestions ? undefined : find();
    return found === undefined ? '' : `; did you mean "${found}"?`;
  };
}

/** Reports a name that nothing has, with those that could have been meant; says whether it was known. */
export function checkReference(
  { report }: Checking,
  path: Path,
  given: string,
  known: readonly string[],
  what: string,
): boolean {
  if (known.includes(given)) return true;
  report(path, 'invalid_choice', `${quote(given)} is not ${what}${listAllowed(known)}`);
  return false;
}

/** Reports a team that the document does not have. */
export function checkTeam(checking: Checking, path: Path, given: string): void {
  checkReference(checking, path, given, checking.names.of('teams'), 'a team of this document');
}

/** Reports a feedback type that the document does not have. */
export function checkFeedbackType(checking: Checking, path: Path, given: string | undefined): void {
  if (given === undefined) return;
  checkReference(checking, path, given, checking.names.of('feedbackTypes'), 'a feedback type of this document');
}

/** Whether a feedback type exists, or none is asked for; what depends on one that does not exist cannot be judged. */
export function isKnownType({ names }: Checking, feedbackType: string | undefined): boolean {
  return feedbackType === undefined || names.of('feedbackTypes').includes(feedbackType);
}

/** Whether two parts can meet the same tickets: those without a feedback type meet all. */
export function canMeet(checking: Checking, one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined || one === other) return true;
  return !isKnownType(checking, one) || !isKnownType(checking, other);
}

/** Reports an API key that does not exist. */
export function checkApiKey(checking: Checking, path: Path, given: string): void {
  const known = [...checking.context.apiKeyPrefixes].sort();
  checkReference(checking, path, given, known, 'the prefix of an API key');
}

/** Reports a status that a workflow does not have; without a workflow or a feedback type, that none or not every one has. */
export function checkStatus(
  checking: Checking,
  path: Path,
  given: string,
  feedbackType: string | undefined,
  workflow: string | undefined,
): void {
  const known = checking.names.statuses(feedbackType, workflow);
  if (known.includes(given)) return;
  const of = workflow === undefined ? nameType(feedbackType) : `workflow "${workflow}"`;
  checking.report(path, 'unknown_status', `${quote(given)} is not a status of ${of}${listAllowed(known)}`);
}

/** A feedback type in a message; without one, a part meets all of them. */
export function nameType(feedbackType: string | undefined): string {
  return feedbackType === undefined ? 'every feedback type' : `feedback type "${feedbackType}"`;
}

/** The feedback types that a part without, or with, a feedback type of its own may meet. */
export function possibleTypes({ document }: Checking, feedbackType: string | undefined): FeedbackType[] {
  return document.feedbackTypes.filter((type) => feedbackType === undefined || type.key === feedbackType);
}

/** Calls back for every value that an earlier one of the list equals. */
export function findRepeated<Item>(
  items: readonly Item[],
  identify: (item: Item) => string | undefined,
  report: (index: number, first: number, identity: string) => void,
): void {
  const places = new Map<string, number>();
  items.forEach((item, index) => {
    const identity = identify(item);
    if (identity === undefined) return;
    const first = places.get(identity);
    if (first === undefined) places.set(identity, index);
    else report(index, first, identity);
  });
}
