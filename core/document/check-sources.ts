import { checkGroup } from './check-groups.ts';
import { checkSignatureScheme } from './check-signatures.ts';
import {
  type Checking,
  checkApiKey,
  checkFeedbackType,
  checkReference,
  checkStatus,
  checkTeam,
  findRepeated,
  isKnownType,
} from './checking.ts';
import { listAllowed, type Path, quote } from './problems.ts';
import type { ExternalSource } from './schema.ts';

/** Checks external sources: how they are opened, what they create, and what they read. */
export function checkSources(checking: Checking): void {
  checking.document.externalSources.forEach((source, index) => {
    const path = ['externalSources', index];
    checkFeedbackType(checking, [...path, 'feedbackType'], source.feedbackType);
    checkAccess(checking, path, source);
    checkState(checking, path, source);
    checkSubmitter(checking, path, source);
    checkMapping(checking, path, source);
    checkGroup(checking, path, source);
    warnOfPublicKey(checking, path, source);
  });
}

/** Checks that an endpoint asks its callers for a key that exists, for a signature, or for both. */
export function checkAccess(
  checking: Checking,
  path: Path,
  { apiKey, signature }: Pick<ExternalSource, 'apiKey' | 'signature'>,
): void {
  if (apiKey !== undefined) checkApiKey(checking, [...path, 'apiKey'], apiKey);
  if (signature !== undefined) checkSignatureScheme(checking, [...path, 'signature', 'scheme'], signature.scheme);
  const isOpen = apiKey === undefined && signature === undefined;
  if (!isOpen || checking.isGiven([...path, 'apiKey']) || checking.isGiven([...path, 'signature'])) return;
  checking.report([...path, 'apiKey'], 'required', 'an apiKey, a signature or both are required');
}

function checkState(checking: Checking, path: Path, { state, feedbackType }: ExternalSource): void {
  if (state === undefined || !isKnownType(checking, feedbackType)) return;
  const at = [...path, 'state'];
  checkTeam(checking, [...at, 'team'], state.team);
  const workflows = checking.names.workflows(feedbackType);
  const what = `a workflow of feedback type "${feedbackType}"`;
  if (!checkReference(checking, [...at, 'workflow'], state.workflow, workflows, what)) return;
  checkStatus(checking, [...at, 'status'], state.status, feedbackType, state.workflow);
}

function checkSubmitter(
  { document, context, report }: Checking,
  path: Path,
  { defaultSubmitter }: ExternalSource,
): void {
  if (defaultSubmitter === undefined || context.memberEmails.has(defaultSubmitter)) return;
  if (document.members.some(({ email }) => email === defaultSubmitter)) return;
  const message = `${quote(defaultSubmitter)} is not a member of the project: add them to members`;
  report([...path, 'defaultSubmitter'], 'unknown_submitter', message);
}

function checkMapping(checking: Checking, path: Path, source: ExternalSource): void {
  const { document, names, report } = checking;
  if (!isKnownType(checking, source.feedbackType)) return;
  const known = names.fields(source.feedbackType);
  const what = `a field of feedback type "${source.feedbackType}"`;
  for (const field of Object.keys(source.fields)) {
    checkReference(checking, [...path, 'fields', field], field, known, what);
  }
  const type = document.feedbackTypes.find(({ key }) => key === source.feedbackType);
  const attachments =
    type?.fields.filter(({ kind, key }) => kind === 'attachment' && Object.hasOwn(source.fields, key)) ?? [];
  findRepeated(
    attachments,
    ({ key }) => source.fields[key],
    (index, first, parameter) => {
      const message = `${quote(parameter)} is the parameter of attachment "${attachments[first]?.key}" already`;
      report([...path, 'fields', attachments[index]?.key ?? ''], 'duplicate_choice', message);
    },
  );
  const missing = type?.fields.filter(({ required, key }) => required && !Object.hasOwn(source.fields, key)) ?? [];
  if (missing.length === 0) return;
  const list = listAllowed(missing.map(({ key }) => key));
  checking.warn(
    [...path, 'fields'],
    `tickets will come without required fields, to which no parameter is mapped${list}`,
  );
}

/** Whoever reads a web form's page knows its key. */
function warnOfPublicKey({ document, warn }: Checking, path: Path, source: ExternalSource): void {
  if (source.allowedOrigins.length === 0 || source.apiKey === undefined) return;
  const opened = document.externalListeners.filter(({ apiKey }) => apiKey === source.apiKey).map(({ key }) => key);
  if (opened.length === 0) return;
  const message = `browsers are allowed, so the key "${source.apiKey}" is public, and it also opens listeners: use a key of its own`;
  warn([...path, 'apiKey'], `${message}${listAllowed(opened)}`);
}
