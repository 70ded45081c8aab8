import { expect, vi } from 'vitest';
import * as z from 'zod';
import type { RouteName } from '../../functions/routes.ts';
import { issueUpdated, jiraHeaders } from '../outside/jira-events.ts';
import { signedBy } from '../signing.ts';
import type { StackCalls } from './stack-calls.ts';

const Created = z.object({ ticket: z.object({ id: z.string() }) });

/** Takes a ticket and a member through every kind of listener: by every method, found, missing, and twice. */
export async function fireListeners(calls: StackCalls, keys: Readonly<Record<string, string>>): Promise<void> {
  await addListeners(calls);
  const { ticket } = Created.parse(await calls.report('appcrashlog', { summary: 'Followed', severity: 'Low' }));
  const fire = async (name: RouteName, listener: string, find: string, body?: object, headers = {}) => {
    const key = name.startsWith('fire-user') ? keys.mobile : keys.jira;
    const { json } = await calls.call(200, name, {
      path: { listener },
      query: `?find=${encodeURIComponent(find)}`,
      ...(body === undefined ? {} : { body }),
      headers: { 'x-api-key': key ?? '', ...headers },
    });
    return Object(json).outcome;
  };
  for (const key of ['TOUR-1', 'TOUR-2']) {
    expect(await fire('fire-feedback-listener', 'jiradata', ticket.id, { key })).toBe('executed');
  }
  const done = issueUpdated('TOUR-2', 'In Progress', 'Done');
  const jira = jiraHeaders('tour');
  expect(await fire('fire-feedback-listener', 'jirastatus', 'TOUR-2', done, jira)).toBe('executed');
  expect(await fire('fire-feedback-listener', 'jirastatus', 'TOUR-2', done, jira)).toBe('duplicate');
  // A ticket that is closed already stays as it is, and the call is remembered.
  expect(await fire('fire-feedback-listener', 'jirastatus', 'TOUR-2', done, jiraHeaders('tour, again'))).toBe(
    'executed',
  );
  expect(await fire('fire-feedback-listener', 'jirastatus', 'TOUR-1', done)).toBe('missing');
  const note = { comment: { body: 'Fixed' } };
  expect(await fire('fire-feedback-listener-by-put', 'devnote', ticket.id, note)).toBe('executed');
  expect(await fire('fire-feedback-listener-by-get', 'slackagain', ticket.id)).toBe('executed');
  expect(await fire('fire-user-listener', 'appusage', 'jim@example.com', { sessions: 3 })).toBe('executed');
  expect(await fire('fire-user-listener-by-put', 'appusage', 'jim@example.com', { sessions: 4 })).toBe('executed');
  expect(await fire('fire-user-listener-by-get', 'thanks', 'jim@example.com')).toBe('executed');
  await fireSigned(calls, ticket.id);
  await followCapture(calls);
}

/** Its caller has no key and signs with a secret of the vault. */
async function fireSigned({ call }: StackCalls, ticket: string): Promise<void> {
  const secret = "It's a Secret to Everybody";
  await call(204, 'put-secret', { path: { name: 'github' }, body: { value: secret } });
  const body = JSON.stringify({ action: 'closed' });
  const sent = { path: { listener: 'signed' }, query: `?find=${ticket}`, body };
  await call(401, 'fire-feedback-listener', sent);
  const headers = signedBy.github({ body, secret, at: Date.now() });
  await call(200, 'fire-feedback-listener', { ...sent, headers });
}

/** What Jira answers sets off the macro that closes the ticket. */
async function followCapture({ call, report }: StackCalls): Promise<void> {
  const { ticket } = Created.parse(await report('appcrashlog', { summary: 'Captured', severity: 'Low' }));
  await call(202, 'start-run', { path: { macro: 'send-to-jira' }, body: { tickets: [ticket.id] } });
  await vi.waitFor(
    async () => {
      const { json } = await call(200, 'get-ticket', { path: { ticket: ticket.id } });
      expect(json).toMatchObject({ state: { status: 'Closed' } });
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** Listeners that the example lacks: for what Jira knows of a ticket, and for a webhook. */
async function addListeners({ call }: StackCalls): Promise<void> {
  const { text, etag } = await call(200, 'get-document');
  const signature = { scheme: 'github', secret: 'github' };
  const common = { target: 'feedback', apiKey: 'jira' };
  const added = [
    { key: 'jiradata', name: 'From Jira', ...common, type: 'data', group: 'jira' },
    { key: 'signed', name: 'Signed', target: 'feedback', type: 'macro', macro: 'close', signature },
    { key: 'slackagain', name: 'Slack again', ...common, feedbackType: 'issues', type: 'macro', macro: 'tell-slack' },
  ];
  const filter = { field: 'jira.key', op: 'changed' };
  const automation = { key: 'captured', trigger: 'modify', filter, macro: 'close', unless: { listener: 'jiradata' } };
  const body = text
    .replace('"externalListeners":[', `"externalListeners":[${JSON.stringify(added).slice(1, -1)},`)
    .replace('"automations":[', `"automations":[${JSON.stringify(automation)},`);
  await call(200, 'put-document', { body, headers: { 'if-match': etag } });
}
