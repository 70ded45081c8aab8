import { headerOfAuth } from '../deliveries/fill-auth.ts';
import { checkWhere } from './check-conditions.ts';
import { checkGroupReference, recordOfTarget } from './check-listeners.ts';
import { type Checking, findRepeated } from './checking.ts';
import { type Path, quote } from './problems.ts';
import type { Macro, WebhookAction } from './schema.ts';

/** Headers that the client or the signature sets (quality.md, "Nobody gets in"; Standard Webhooks). */
const reservedHeaders = [
  ...['host', 'content-length', 'transfer-encoding', 'connection'],
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'webhook-replay'],
];

/** Checks a webhook action: what goes with its method and content type, its headers, and what it does with the answer. */
export function checkWebhook(checking: Checking, path: Path, action: WebhookAction, macro: Macro): void {
  const { report } = checking;
  checkBody(checking, path, action);
  const names = Object.keys(action.headers);
  for (const name of names) {
    if (!reservedHeaders.includes(name.toLowerCase())) continue;
    report([...path, 'headers', name], 'not_allowed', `${name} is set by the sender: leave it out`);
  }
  findRepeated(
    names,
    (name) => name.toLowerCase(),
    (index, first) => {
      const name = names[index] ?? '';
      report([...path, 'headers', name], 'duplicate_choice', `is the same header as ${names[first]}`);
    },
  );
  if (action.auth?.kind === 'header' && reservedHeaders.includes(action.auth.name.toLowerCase())) {
    report([...path, 'auth', 'name'], 'not_allowed', `${action.auth.name} is set by the sender: choose another header`);
  }
  const carrier = action.auth === undefined ? undefined : headerOfAuth(action.auth);
  const twice = names.find((name) => name.toLowerCase() === carrier?.toLowerCase());
  if (twice !== undefined) {
    report([...path, 'headers', twice], 'not_allowed', `${twice} is set by auth: leave out one of them`);
  }
  const record = recordOfTarget[macro.target];
  if (action.capture !== undefined) checkGroupReference(checking, [...path, 'capture'], action.capture, record);
  if (action.success?.where === undefined) return;
  checkWhere(checking, [...path, 'success', 'where'], action.success.where, {
    target: record,
    feedbackType: macro.feedbackType,
    allowsChanged: false,
    allowsPointers: true,
  });
}

function checkBody({ report }: Checking, path: Path, { method, contentType, body }: WebhookAction): void {
  const at = [...path, 'body'];
  if (body === undefined) return;
  if (method === 'GET') report(at, 'not_allowed', 'a GET request has no body: leave it out, or choose another method');
  else if (contentType === 'form' && typeof body === 'string') {
    report(at, 'invalid_type', 'a form takes a map of names to values, not a text');
  } else if (contentType !== 'form' && typeof body !== 'string') {
    report(at, 'invalid_type', `a body of content type ${quote(contentType)} is a text; only form takes a map`);
  }
}
