import { execFileSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { leaseAttempt } from '../../adapters/dynamodb/attempts.ts';
import { test } from '../engines.ts';
import { pendingMail, storeDelivery } from '../pending-mail.ts';
import { projectWithWebhook } from '../webhook-project.ts';

const anywhere = (value: string) => ({ value, hosts: undefined });

/** A webhook with everything that the log must not show. */
const signedIn = () => ({
  headers: { 'X-Trace': 'a((ticket.id))' },
  auth: { kind: 'basic', username: 'ann', password: '((secret.jira))' },
  sign: 'signing',
  body: '{"text": "((Summary))", "key": "((secret.jira))"}',
});
const secrets = { jira: anywhere('jira-password-1'), signing: anywhere('whsec_c2lnbmluZy1zZWNyZXQ=') };

describe('the delivery log', () => {
  test('shows request and response masked, the address, the times of the parts, and the next attempt', async ({
    engines,
  }) => {
    const answer = (response: ServerResponse, place: number) =>
      response.writeHead(place === 1 ? 503 : 200, { 'set-cookie': 'a=b' }).end('echo jira-password-1');
    const { call, path, report, deliver, clock, server } = await projectWithWebhook(engines, signedIn, {
      secrets,
      answer,
    });
    const id = await report('It crashed');
    const request = {
      method: 'POST',
      url: `${server.origin}/hook`,
      headers: {
        'X-Trace': 'aBUG-0001',
        'Content-Type': 'application/json',
        Authorization: '***',
        'webhook-id': id,
        'webhook-signature': 'v1,***',
      },
      body: '{"text": "It crashed", "key": "((secret.jira))"}',
      truncated: false,
    };
    const waiting = await call('GET', `${path}/deliveries/${id}`);
    expect(waiting.json).toMatchObject({
      outcome: 'pending',
      cause: { kind: 'automation', key: 'all' },
      request,
      attempts: [],
    });
    await deliver(id);
    const failed = await call('GET', `${path}/deliveries/${id}`);
    const sentAt = { 'webhook-timestamp': String(clock.now() / 1000) };
    const timings = { connectMs: expect.any(Number), firstByteMs: expect.any(Number) };
    const first = {
      number: 1,
      address: '127.0.0.1',
      timings,
      request: { ...request, headers: { ...request.headers, ...sentAt } },
      response: { status: 503, headers: { 'set-cookie': '***' }, body: 'echo ***', truncated: false },
      error: { class: 'http', message: expect.stringContaining('503') },
      captured: {},
      uncaptured: [],
    };
    expect(failed.json).toMatchObject({
      outcome: 'pending',
      reason: expect.stringContaining('503'),
      nextAttemptAt: new Date(clock.now() + 5_000).toISOString(),
      attempts: [first],
    });
    clock.advance(5_000);
    await deliver(id);
    const { json, text } = await call('GET', `${path}/deliveries/${id}`);
    expect(json).toMatchObject({ outcome: 'delivered', attempts: [first, { number: 2, response: { status: 200 } }] });
    expect(Object(json).nextAttemptAt).toBeUndefined();
    expect(text).not.toContain('jira-password-1');
  });

  test('names what stopped an attempt: nothing to connect to, a secret that is not set, an interruption', async ({
    engines,
  }) => {
    const { call, path, report, deliver, clock } = await projectWithWebhook(engines, () => ({
      url: 'http://127.0.0.1:9/',
    }));
    const attemptsOf = async (id: string) => Object((await call('GET', `${path}/deliveries/${id}`)).json).attempts;
    const refused = await report();
    await deliver(refused);
    expect(await attemptsOf(refused)).toMatchObject([{ error: { class: 'connect' }, address: '127.0.0.1' }]);
    const interrupted = await report();
    await leaseAttempt(engines.table, interrupted, { now: clock.now(), leaseMs: 40_000, token: 'dead sender' });
    clock.advance(40_000);
    await deliver(interrupted);
    expect(await attemptsOf(interrupted)).toMatchObject([
      { number: 1, error: { class: 'interrupted' } },
      { number: 2, error: { class: 'connect' } },
    ]);
    const unset = await projectWithWebhook(engines, signedIn);
    const id = await unset.report();
    await unset.deliver(id);
    expect(Object((await unset.call('GET', `${unset.path}/deliveries/${id}`)).json).attempts).toMatchObject([
      { error: { class: 'template', message: expect.stringContaining('secret.jira') } },
    ]);
  });

  test('shows what was captured, and what was not with its reason', async ({ engines }) => {
    const answer = (response: ServerResponse) => response.end('{"key":"APO-1","id":"many"}');
    const { call, path, report, deliver } = await projectWithWebhook(engines, () => ({ capture: 'jira' }), { answer });
    const id = await report();
    await deliver(id);
    expect((await call('GET', `${path}/deliveries/${id}`)).json).toMatchObject({
      attempts: [{ captured: { key: 'APO-1' }, uncaptured: [{ field: 'id', reason: expect.any(String) }] }],
    });
  });

  test('shows the first 16 KB of a body that lies elsewhere, and its size', async ({ engines }) => {
    const body = 'x'.repeat(50_000);
    const { call, path, report } = await projectWithWebhook(engines, () => ({ contentType: 'text/plain', body }));
    const { json } = await call('GET', `${path}/deliveries/${await report()}`);
    expect(json).toMatchObject({ request: { body: 'x'.repeat(16_384), truncated: true, bodyBytes: 50_000 } });
  });

  test('shows an e-mail, whether or not it was sent yet', async ({ engines }) => {
    const { call, path, project, clock } = await projectWithWebhook(engines);
    const id = `mail${project.replaceAll('-', '')}`;
    const attempt = {
      number: 1,
      startedAt: '2026-11-21T09:00:00.000Z',
      durationMs: 3,
      response: { status: 200, headers: {}, body: 'sent', truncated: false },
    };
    const mail = pendingMail(id, clock.now(), {
      project,
      outcome: 'delivered',
      attemptsMade: 1,
      firstAttempt: attempt,
    });
    await storeDelivery(engines.table, mail, clock.now());
    const request = {
      method: 'MAIL',
      url: 'mailto:ann@example.com',
      headers: { subject: mail.mail?.subject },
      body: mail.mail?.text,
    };
    const { json } = await call('GET', `${path}/deliveries/${id}`);
    expect(json).toMatchObject({
      mail: mail.mail,
      request,
      attempts: [{ number: 1, request, response: { body: 'sent' } }],
    });
    expect((await call('GET', `${path}/deliveries/${id}/curl`)).status).toBe(409);
  });
});

describe('a delivery as a curl command', () => {
  test('sends the recorded request once its secrets are filled in', async ({ engines }) => {
    const { call, path, report } = await projectWithWebhook(engines, signedIn, { secrets });
    const id = await report(`It's "$(broken)" \`now\``);
    const { status, text, headers } = await call('GET', `${path}/deliveries/${id}/curl`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    const stub = `curl() { printf '%s\\n' "$@"; }\nSECRET_JIRA=filled SECRET_JIRA_2=in\n`;
    const words = execFileSync('sh', { input: stub + text }).toString();
    expect(words).toContain('\nann:filled\n');
    expect(words).toContain('{"text": "It\'s \\"$(broken)\\" `now`", "key": "in"}');
    expect(words).toContain(`webhook-id: ${id}`);
    expect(text).not.toContain('jira-password-1');
  });

  test('is refused where nothing was rendered', async ({ engines }) => {
    const { call, path, report } = await projectWithWebhook(engines, (origin) => ({ url: `${origin}/((Jira ID))` }));
    const { status, json } = await call('GET', `${path}/deliveries/${await report()}/curl`);
    expect([status, Object(json).description]).toEqual([409, expect.stringContaining('never rendered')]);
  });
});
