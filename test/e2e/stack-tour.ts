import { expect, vi } from 'vitest';
import * as z from 'zod';
import { laneOf } from '../../core/deliveries/message.ts';
import { failingDomain } from '../../local/mail-engine.ts';
import type { LocalJson } from '../../local/stack-options.ts';
import { pendingMail } from '../pending-mail.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { signedBy } from '../signing.ts';
import { lookBack, readAudit, removeCopy } from './document-tour.ts';
import { drainAll, drainOverdue, type Engines } from './drain-overdue.ts';
import { sendFiles } from './file-tour.ts';
import { fireListeners } from './listener-tour.ts';
import { tellAndLeave } from './notification-tour.ts';
import { inspectCalls, keepAndReplay } from './quarantine-tour.ts';
import type { StackCalls } from './stack-calls.ts';
import { findInStack, storeInStack } from './stack-table.ts';

const Page = z.object({ items: z.array(z.looseObject({ id: z.string().optional() })), cursor: z.string().optional() });
const Upload = z.object({ url: z.string(), fields: z.record(z.string(), z.string()) });
const Created = z.object({ ticket: z.object({ id: z.string() }), files: z.array(z.object({ upload: Upload })) });
const Delivery = z.looseObject({ outcome: z.string(), attempts: z.array(z.unknown()) });
const Run = z.object({ id: z.string() });

/** How long to wait for what the stack does by itself, in milliseconds. */
const patience = { timeout: 20_000, interval: 50 };

/** Takes the example project through every route: reports, webhooks, a retry, an overdue one, and all of the admin API. */
export async function tourStack(
  calls: StackCalls,
  engines: Engines,
  { keys, outbox }: Pick<LocalJson, 'keys' | 'outbox'>,
): Promise<void> {
  const slack = await startReceivingServer((response, place, { body }) => {
    const isFirst = slack.received.findIndex((request) => request.body === body) === place - 1;
    const wait = body.includes('Busy') ? '1' : body.includes('Later') ? '600' : undefined;
    if (isFirst && wait !== undefined) response.writeHead(503, { 'retry-after': wait }).end();
    else response.end('ok');
  });
  const secret = { path: { name: 'slack-webhook-url' }, body: { value: `${slack.origin}/slack` } };
  await calls.call(204, 'put-secret', secret);
  await sendReports(calls);
  await retryOnce(calls);
  await waitForTheTick(calls, engines);
  await sendLarge(calls);
  await slack.until((received) => received.some(({ body }) => body.length > largeBody.length));
  await pauseAndResume(calls, engines);
  await slack.until((received) => received.length >= 10);
  await captureTwice(calls);
  await fireListeners(calls, keys);
  await triage(calls);
  await replayLarge(calls);
  await runThroughPages(calls, engines);
  await mailTwice(engines);
  await tellAndLeave(calls, outbox);
  await sendFiles(calls, engines, slack);
  await slack.stop();
  await keepAndReplay({ ...calls, keys });
  await inspectCalls({ ...calls, keys });
  await readRecords(calls);
  await changePeople(calls);
  await changeProject(calls);
  await lookBack(calls);
  await changeSecretsAndKeys(calls);
  await reportSigned(calls);
  await askForWhatIsLeft(calls);
  await removeCopy(calls);
  await readAudit(calls);
}

async function sendReports({ call, report, reportBatch }: StackCalls): Promise<void> {
  const headers = { 'idempotency-key': 'once' };
  await report('appcrashlog', { summary: 'Quiet', severity: 'Low', submitter: 'jim@example.com' }, headers);
  await report('appcrashlog', { summary: 'Quiet', severity: 'Low', submitter: 'jim@example.com' }, headers);
  await report('appcrashlog', { summary: 'Loud', severity: 'Critical' });
  await report('appcrashlog', { summary: 'Loud, once', severity: 'Critical' }, { 'idempotency-key': 'once, too' });
  await report('webform', { title: 'An idea', email: 'jim@example.com', state: 'New' });
  await reportBatch({ reports: [{ summary: 'Quiet, too', severity: 'Low' }, { summary: '' }] });
  await call(401, 'receive-feedback', { path: { source: 'webform' }, body: {} });
  const { files } = Created.parse(await report('appcrashlog', { summary: 'Seen' }));
  for (const { upload } of files) {
    const form = new FormData();
    for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
    form.append('file', new Blob(['what was seen']));
    expect((await fetch(upload.url, { method: 'POST', body: form })).ok).toBe(true);
  }
}

async function retryOnce(calls: StackCalls): Promise<void> {
  const delivery = await reportWithWebhook(calls, 'Busy');
  await vi.waitFor(
    async () => expect(await readDelivery(calls, delivery)).toMatchObject({ outcome: 'delivered', attempts: [{}, {}] }),
    patience,
  );
}

async function waitForTheTick(calls: StackCalls, engines: Engines): Promise<void> {
  const delivery = await reportWithWebhook(calls, 'Later');
  await vi.waitFor(async () => expect((await readDelivery(calls, delivery)).attempts).toHaveLength(1), patience);
  await drainOverdue(engines, delivery);
}

/** More than stays in a delivery's item. */
const largeBody = 'x'.repeat(9_000);

async function sendLarge({ call, report }: StackCalls): Promise<void> {
  const { text, etag } = await call(200, 'get-document');
  const body = text.replace('*((ticket.id))*', `${largeBody} ((ticket.id))`);
  await call(200, 'put-document', { body, headers: { 'if-match': etag } });
  await report('appcrashlog', { summary: 'Large', severity: 'Critical' });
}

/** What was sent last is read from S3, shown, and sent again. */
async function replayLarge(calls: StackCalls): Promise<void> {
  const { items } = Page.parse((await calls.call(200, 'list-deliveries', { query: '?macro=tell-slack' })).json);
  const path = { delivery: items[0]?.id ?? '' };
  const settled = async (delivery: string) =>
    await vi.waitFor(
      async () => expect(await readDelivery(calls, delivery)).toMatchObject({ outcome: 'delivered' }),
      patience,
    );
  await settled(path.delivery);
  expect((await calls.call(200, 'copy-as-curl', { path })).text).toContain(largeBody);
  const { json } = await calls.call(202, 'replay-delivery', { path });
  await settled(Run.parse(json).id);
}

/** A macro over what a filter finds, and a replay of what was large: counted, started, cancelled, resumed and tried again. */
async function runThroughPages(calls: StackCalls, engines: Engines): Promise<void> {
  const { call } = calls;
  const until = async (run: string, state: string) =>
    await vi.waitFor(async () => {
      expect((await call(200, 'get-run', { path: { run } })).json).toMatchObject({ state });
    }, patience);
  const where = { field: 'submitter.name', op: 'isNotEmpty' };
  const started = await call(202, 'start-run', { path: { macro: 'close' }, body: { where, confirm: true } });
  const { id: run } = Run.parse(started.json);
  await until(run, 'counted');
  await call(202, 'cancel-run', { path: { run } });
  await call(202, 'resume-run', { path: { run } });
  await call(202, 'confirm-run', { path: { run } });
  await until(run, 'done');
  await call(200, 'list-run-results', { path: { run }, query: '?outcome=done&limit=1' });
  const tickets = ['BUG-9999', ...Array.from({ length: 30 }, (_, place) => `BUG-${8_000 + place}`)];
  const failing = Run.parse((await call(202, 'start-run', { path: { macro: 'close' }, body: { tickets } })).json);
  await until(failing.id, 'done');
  await call(202, 'retry-run', { path: { run: failing.id } });
  await until(failing.id, 'done');
  const body = { macro: 'tell-slack', outcome: 'delivered', perSecond: 100 };
  const replay = Run.parse((await call(202, 'replay-deliveries', { body })).json);
  await until(replay.id, 'done');
  await drainAll(engines);
}

/** An e-mail that is throttled once, and drained when it is overdue. */
async function mailTwice(engines: Engines): Promise<void> {
  const now = Date.now();
  const mail = pendingMail('tourmail000000000000', now, { mail: { to: [`throttle@${failingDomain}`] } });
  await storeInStack(engines, mail);
  const until = async (state: object) =>
    await vi.waitFor(async () => expect(await findInStack(engines, mail)).toMatchObject(state), patience);
  await until({ outcome: 'pending', attemptsMade: 1 });
  await drainOverdue(engines, mail.id, laneOf(mail));
  await until({ outcome: 'delivered', attemptsMade: 2 });
}

/** Project managers are told by e-mail of what failed before, and by a macro of the pause and the resume. */
async function pauseAndResume(calls: StackCalls, engines: Engines): Promise<void> {
  const path = { macro: 'tell-slack', action: 'webhook-1' };
  await drainAll(engines);
  const { text, etag } = await calls.call(200, 'get-document');
  const body = text.replace('"Apollo Beta"', '"Apollo Beta","notices":{"macro":"tell-slack"}');
  await calls.call(200, 'put-document', { body, headers: { 'if-match': etag } });
  await calls.call(200, 'pause-endpoint', { path });
  const delivery = await reportWithWebhook(calls, 'Paused');
  await vi.waitFor(
    async () => expect(await readDelivery(calls, delivery)).toMatchObject({ outcome: 'pending', reason: 'paused' }),
    patience,
  );
  const { json } = await calls.call(200, 'list-endpoints');
  expect(json).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ ...path, waiting: 1 })]) });
  await calls.call(200, 'resume-endpoint', { path });
  await drainAll(engines);
  await vi.waitFor(
    async () => expect(await readDelivery(calls, delivery)).toMatchObject({ outcome: 'delivered' }),
    patience,
  );
  await calls.call(404, 'resume-endpoint', { path: { ...path, action: 'webhook-9' } });
}

/** What the first issue was found by gives way to the second. */
async function captureTwice(calls: StackCalls): Promise<void> {
  const { ticket } = Created.parse(await calls.report('appcrashlog', { summary: 'Known twice' }));
  for (const key of ['APO-1', 'APO-2']) {
    const body = { tickets: [ticket.id] };
    await calls.call(202, 'start-run', { path: { macro: 'send-to-jira' }, body });
    await vi.waitFor(async () => {
      const { json } = await calls.call(200, 'get-ticket', { path: { ticket: ticket.id } });
      expect(json).toMatchObject({ external: { jira: { key } } });
    }, patience);
  }
  await calls.call(200, 'list-ticket-history', { path: { ticket: ticket.id } });
  await calls.call(200, 'list-ticket-comments', { path: { ticket: ticket.id } });
}

/** A ticket is changed as it was read, and not as it no longer is. */
async function triage({ call, report }: StackCalls): Promise<void> {
  const { ticket } = Created.parse(await report('appcrashlog', { summary: 'To be triaged' }));
  const path = { ticket: ticket.id };
  const { etag } = await call(200, 'get-ticket', { path });
  const body = { state: { status: 'Open' }, external: { jira: { key: 'APO-77' } } };
  await call(200, 'change-ticket', { path, body, headers: { 'if-match': etag } });
  await call(412, 'change-ticket', { path, body, headers: { 'if-match': etag } });
  await call(201, 'comment-on-ticket', { path, body: { text: 'Seen here too' } });
  await call(201, 'comment-on-member', { path: { email: 'jim@example.com' }, body: { text: 'Helpful' } });
}

async function readRecords({ call }: StackCalls): Promise<void> {
  for (const list of [
    'list-projects',
    'list-tickets',
    'list-members',
    'list-deliveries',
    'list-secrets',
    'list-api-keys',
  ] as const) {
    const { cursor } = Page.parse((await call(200, list, { query: '?limit=1' })).json);
    await call(200, list, { query: cursor === undefined ? '?limit=200' : `?limit=1&cursor=${cursor}` });
  }
  await call(200, 'get-project');
  const { items } = Page.parse((await call(200, 'list-tickets', { query: '?feedbackType=issues&order=desc' })).json);
  const ticket = items[0]?.id ?? '';
  await call(200, 'list-tickets', { query: '?filter=critical&order=desc' });
  await call(200, 'get-ticket', { path: { ticket } });
  await call(200, 'get-member', { path: { email: 'jim@example.com' } });
  await call(200, 'list-member-history', { path: { email: 'jim@example.com' } });
  await call(200, 'list-member-comments', { path: { email: 'jim@example.com' } });
  await call(200, 'list-ticket-actions', { path: { ticket } });
  await call(200, 'explain-ticket', { path: { ticket }, query: '?filter=critical' });
  await call(200, 'explain-member', { path: { email: 'jim@example.com' } });
  await call(200, 'list-deliveries', { query: `?outcome=delivered&ticket=${ticket}&macro=tell-slack` });
  const webhook = { path: { macro: 'tell-slack' }, body: { ticket } };
  await call(200, 'test-macro', webhook);
  await call(202, 'test-macro', { ...webhook, body: { ticket, send: true } });
  await call(200, 'list-automations', { query: '?limit=1' });
  await call(200, 'list-tags', { query: '?feedbackType=issues' });
  await call(200, 'preview-template', { body: { template: '((ticket.id))', context: 'text', ticket } });
  const run = await call(202, 'start-run', { path: { macro: 'tell-slack' }, body: { tickets: [ticket, 'BUG-9999'] } });
  await call(200, 'get-run', { path: { run: Run.parse(run.json).id } });
}

async function changePeople({ call }: StackCalls): Promise<void> {
  const path = { email: 'passing@example.com' };
  await call(201, 'add-member', { body: { ...path, teams: ['testers'], external: { 'app-usage': { sessions: 1 } } } });
  await call(409, 'add-member', { body: path });
  const { etag } = await call(200, 'get-member', { path });
  await call(200, 'change-member', { path, headers: { 'if-match': etag }, body: { role: 'observer' } });
  await call(200, 'list-members', { query: '?team=testers&role=observer' });
  const headers = { 'content-type': 'text/csv' };
  await call(202, 'import-members', {
    headers,
    body: 'email,name\npassing@example.com,Passing\nother@example.com,Other\n',
  });
  const { id } = Run.parse((await call(201, 'open-import')).json);
  const place = { import: id };
  await call(409, 'start-import', { path: place });
  const body = 'email,name\nthird@example.com,Third\n';
  await call(204, 'put-import-piece', { path: { ...place, piece: '1' }, headers, body });
  await call(200, 'get-import', { path: place });
  await call(200, 'list-import-problems', { path: place });
  await call(202, 'start-import', { path: place });
}

async function changeProject({ call }: StackCalls): Promise<void> {
  await call(200, 'get-document', { headers: { accept: 'application/yaml' } });
  const { text, etag } = await call(200, 'get-document', { query: '?members=true' });
  const headers = { 'if-match': etag };
  const heldStatus = text.replace('{"key":"New","team":"beta-support"},{"key":"Planned"', '{"key":"Planned"');
  await call(409, 'put-document', { body: heldStatus, headers });
  const grown = text
    .replace('"Apollo Beta"', '"Apollo"')
    .replace('"members":[', '"members":[{"email":"new@example.com"},');
  await call(200, 'put-document', { body: grown, query: '?dryRun=true' });
  await call(200, 'put-document', { body: grown, headers });
  await call(200, 'export-member', { path: { email: 'new@example.com' } });
  await call(202, 'erase-member', { path: { email: 'new@example.com' } });
  await call(412, 'put-document', { body: grown, headers });
}

async function changeSecretsAndKeys({ call }: StackCalls): Promise<void> {
  const secret = { path: { name: 'passing' }, body: { value: 'gone soon', hosts: ['example.com'] } };
  await call(204, 'put-secret', secret);
  await call(204, 'delete-secret', secret);
  await call(404, 'delete-secret', secret);
  const path = { prefix: 'passing' };
  const body = { ...path, name: 'Passing' };
  await call(201, 'create-api-key', { body });
  await call(409, 'create-api-key', { body });
  await call(200, 'get-api-key', { path });
  await call(200, 'change-api-key', { path, body: { allowedCidrs: ['127.0.0.0/8'], maxPerMinute: 60 } });
  await call(200, 'rotate-api-key', { path });
  await call(200, 'list-project-activity', { query: '?since=2026-01-01T00:00:00Z' });
  await call(200, 'list-key-activity', { path: { prefix: 'jira' } });
  await call(204, 'delete-api-key', { path });
}

/** A source that also asks for a signature opens a secret. */
async function reportSigned({ call, report }: StackCalls): Promise<void> {
  await call(204, 'put-secret', { path: { name: 'hook' }, body: { value: 'signs reports' } });
  const { text, etag } = await call(200, 'get-document');
  const signature = '"signature":{"scheme":"github","secret":"hook"}';
  const body = text.replace('"apiKey":"web"', `"apiKey":"web",${signature}`);
  await call(200, 'put-document', { body, headers: { 'if-match': etag } });
  const idea = { title: 'A signed idea', email: 'jim@example.com', state: 'New' };
  await report('webform', idea, signedBy.github({ body: JSON.stringify(idea), secret: 'signs reports', at: 0 }));
}

async function askForWhatIsLeft({ call, origin }: StackCalls): Promise<void> {
  await call(200, 'read-sign-in');
  await call(200, 'read-openapi');
  await call(200, 'read-docs');
  await call(200, 'read-docs-file', { path: { file: 'swagger-ui.css' } });
  const source = `${origin}/api/v1/projects/apollo/feedback/webform`;
  const headers = { origin: 'https://forms.example.com' };
  const preflight = await fetch(source, { method: 'OPTIONS', headers });
  expect(preflight.headers.get('access-control-allow-origin')).toBe(headers.origin);
  expect((await fetch(source)).status).toBe(405);
  expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
}

/** Reports what Slack is told of, and returns the delivery. */
async function reportWithWebhook({ call, report }: StackCalls, summary: string): Promise<string> {
  const { ticket } = Created.parse(await report('appcrashlog', { summary, severity: 'Critical' }));
  const { json } = await call(200, 'list-deliveries', { query: `?ticket=${ticket.id}` });
  return Page.parse(json).items[0]?.id ?? '';
}

async function readDelivery({ call }: StackCalls, delivery: string): Promise<z.infer<typeof Delivery>> {
  return Delivery.parse((await call(200, 'get-delivery', { path: { delivery } })).json);
}
