import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { projectWithWebhook } from '../webhook-project.ts';

const secrets = { jira: { value: 'jira-password-1', hosts: undefined } };

describe('a test of a macro', () => {
  test('shows the rendered request first, sends only when asked, and leaves ticket data untouched', async ({
    engines,
  }) => {
    const answer = (response: ServerResponse) => response.writeHead(201).end('{"key":"APO-1"}');
    const { call, path, send, deliver, deliveries, server } = await projectWithWebhook(
      engines,
      () => ({
        method: 'PUT',
        headers: { Authorization: 'Basic ((secret.jira))', Cookie: 'typed-in' },
        body: '{"text": "((Summary))"}',
        capture: 'jira',
      }),
      { answer, secrets, automations: false },
    );
    await send({ summary: 'It crashed' });
    const before = (await call('GET', `${path}/tickets/BUG-0001`)).text;
    const preview = await call('POST', `${path}/macros/tell-slack/test`, { body: { ticket: 'BUG-0001' } });
    const request = {
      method: 'PUT',
      url: `${server.origin}/hook`,
      headers: { Authorization: 'Basic ((secret.jira))', Cookie: '***', 'Content-Type': 'application/json' },
      body: '{"text": "It crashed"}',
      truncated: false,
    };
    expect([preview.status, preview.json]).toEqual([200, { action: 'webhook-1', request, missingSecrets: ['jira'] }]);
    expect(await deliveries()).toEqual([]);
    await call('PUT', `${path}/secrets/jira`, { body: { value: 'jira-password-1' } });
    const sent = await call('POST', `${path}/macros/tell-slack/test`, { body: { ticket: 'BUG-0001', send: true } });
    const id = Object(sent.json).delivery;
    expect([sent.status, sent.json, sent.headers.location]).toEqual([
      202,
      { action: 'webhook-1', request, missingSecrets: [], delivery: id },
      `https://api.example.com/admin/v1${path}/deliveries/${id}`,
    ]);
    expect(await deliver(id)).toMatchObject({ outcome: 'delivered' });
    expect(server.received).toMatchObject([
      { method: 'PUT', body: request.body, headers: { authorization: 'Basic jira-password-1' } },
    ]);
    expect((await call('GET', `${path}/deliveries/${id}`)).json).toMatchObject({
      outcome: 'delivered',
      cause: { kind: 'test', key: 'root@example.com' },
      retry: 'none',
      attempts: [{ response: { status: 201 }, captured: { key: 'APO-1' } }],
    });
    expect((await call('GET', `${path}/tickets/BUG-0001`)).text).toBe(before);
    // What sends the test again touches the record as little.
    const replay = Object((await call('POST', `${path}/deliveries/${id}/replay`)).json).id;
    expect(await deliver(replay)).toMatchObject({ outcome: 'delivered' });
    expect((await call('GET', `${path}/tickets/BUG-0001`)).text).toBe(before);
  });

  test('is never repeated, and says why a webhook cannot be rendered', async ({ engines }) => {
    const answer = (response: ServerResponse) => response.writeHead(503).end('down');
    const { call, path, send, deliver, deliveries } = await projectWithWebhook(engines, undefined, {
      answer,
      automations: false,
    });
    await send({ summary: 'It crashed' });
    const sent = await call('POST', `${path}/macros/tell-slack/test`, { body: { ticket: 'BUG-0001', send: true } });
    expect(await deliver(Object(sent.json).delivery)).toMatchObject({ outcome: 'failed' });
    const unrendered = await call('POST', `${path}/macros/update-jira-occurrences/test`, {
      body: { ticket: 'BUG-0001' },
    });
    expect([unrendered.status, unrendered.json]).toEqual([
      200,
      { action: 'webhook-1', problem: 'Jira ID is empty', missingSecrets: [] },
    ]);
    const body = { ticket: 'BUG-0001', send: true };
    const refused = await call('POST', `${path}/macros/update-jira-occurrences/test`, { body });
    expect([refused.status, Object(refused.json).description]).toEqual([
      400,
      'This webhook cannot be sent for this record: Jira ID is empty. Mend the macro or the record, or choose another record.',
    ]);
    expect(await deliveries()).toHaveLength(1);
  });

  test('wants a record that the macro is for, one of its webhooks, and somebody who manages', async ({ engines }) => {
    const { call, api, path, send } = await projectWithWebhook(engines, undefined, { automations: false });
    await send({ summary: 'It crashed' });
    const test = async (body: object, macro = 'tell-slack') =>
      await call('POST', `${path}/macros/${macro}/test`, { body });
    const problems = async (body: object, macro?: string) => {
      const { json } = await test(body, macro);
      return Object(json).errors.map(
        ({ parameter, code }: { parameter: string; code: string }) => `${parameter} ${code}`,
      );
    };
    expect(await problems({})).toEqual(['ticket required']);
    expect(await problems({ member: 'jim@example.com' })).toEqual(['member not_allowed']);
    expect(await problems({ ticket: 'BUG-9999' })).toEqual(['ticket invalid_choice']);
    expect(await problems({ ticket: 'BUG-0001', action: 'webhook-2' })).toEqual(['action invalid_choice']);
    expect((await test({ ticket: 'BUG-0001' }, 'close')).status).toBe(400);
    expect((await test({ ticket: 'BUG-0001' }, 'nothing')).status).toBe(404);
    const as = async (email: string) =>
      (await api.as(personClaims(email))('POST', `${path}/macros/tell-slack/test`, { body: { ticket: 'BUG-0001' } }))
        .status;
    expect([await as('jim@example.com'), await as('ada@example.com'), await as('pm@example.com')]).toEqual([
      404, 403, 200,
    ]);
  });

  test('takes a member for a macro over members, and any webhook of several by its name', async ({ engines }) => {
    const { call, path, server } = await projectWithWebhook(engines, undefined, { automations: false });
    const document = Object((await call('GET', `${path}/document`)).json);
    const webhook = {
      kind: 'webhook',
      method: 'GET',
      url: `${server.origin}/((member.email))?points=((member.score))`,
    };
    const thank = document.macros.find(({ key }: { key: string }) => key === 'thank');
    thank.actions.push(webhook, { ...webhook, key: 'second', method: 'DELETE' });
    const applied = await call('PUT', `${path}/document`, { headers: { 'if-match': '*' }, body: document });
    expect(applied.status).toBe(200);
    const test = async (body: object) => (await call('POST', `${path}/macros/thank/test`, { body })).json;
    expect(await test({ member: 'JIM@example.com', action: 'second' })).toMatchObject({
      action: 'second',
      request: { method: 'DELETE', url: `${server.origin}/jim%40example.com?points=0`, headers: {}, body: '' },
    });
    expect(await test({ member: 'jim@example.com' })).toMatchObject({ request: { method: 'GET' } });
    expect(await test({ ticket: 'BUG-0001' })).toMatchObject({
      errors: [{ parameter: 'ticket', code: 'not_allowed' }],
    });
  });
});
