import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { personClaims } from '../admin.ts';
import { test } from '../engines.ts';
import { loseAnswer } from '../faults.ts';
import { pendingMail, storeDelivery } from '../pending-mail.ts';
import { projectWithWebhook } from '../webhook-project.ts';

describe('a replay', () => {
  test('sends the recorded request again under the same webhook-id, marked as a replay', async ({ engines }) => {
    const answer = (response: ServerResponse, place: number) => response.writeHead(place === 1 ? 400 : 200).end('ok');
    const { call, path, report, deliver, clock, server } = await projectWithWebhook(
      engines,
      () => ({ method: 'PUT', body: '{"text": "((Summary))"}' }),
      { answer },
    );
    const id = await report('It crashed');
    await deliver(id);
    clock.advance(60_000);
    const { status, json, headers } = await call('POST', `${path}/deliveries/${id}/replay`);
    const replay = Object(json).id;
    expect([status, headers.location]).toEqual([202, `https://api.example.com/admin/v1${path}/deliveries/${replay}`]);
    expect(json).toMatchObject({
      outcome: 'pending',
      replayOf: id,
      cause: { kind: 'replay', key: id },
      request: { body: '{"text": "It crashed"}', headers: { 'webhook-id': id, 'webhook-replay': 'true' } },
      attempts: [],
    });
    expect(await deliver(replay)).toMatchObject({ outcome: 'delivered' });
    const again = Object((await call('POST', `${path}/deliveries/${replay}/replay`)).json);
    expect(again).toMatchObject({ replayOf: id, cause: { kind: 'replay', key: replay } });
    await deliver(again.id);
    const sent = server.received.map(({ method, body, headers: given }) => {
      return [method, body, given['webhook-id'], given['webhook-replay']];
    });
    const body = '{"text": "It crashed"}';
    expect(sent).toEqual([
      ['PUT', body, id, undefined],
      ['PUT', body, id, 'true'],
      ['PUT', body, id, 'true'],
    ]);
    expect((await call('GET', `${path}/deliveries/${id}`)).json).toMatchObject({ outcome: 'failed' });
  });

  test('is refused while the delivery is pending, where nothing was rendered, and to those who do not manage', async ({
    engines,
  }) => {
    const { call, api, path, report } = await projectWithWebhook(engines);
    const pending = await report();
    const answer = await call('POST', `${path}/deliveries/${pending}/replay`);
    expect([answer.status, Object(answer.json).description]).toEqual([409, expect.stringContaining('still pending')]);
    const as = async (email: string) =>
      (await api.as(personClaims(email))('POST', `${path}/deliveries/${pending}/replay`)).status;
    expect([await as('jim@example.com'), await as('ada@example.com'), await as('pm@example.com')]).toEqual([
      404, 403, 409,
    ]);
    expect((await call('POST', `${path}/deliveries/nothing/replay`)).status).toBe(404);
    const unrendered = await projectWithWebhook(engines, (origin) => ({ url: `${origin}/((Jira ID))` }));
    const failed = await unrendered.report();
    const refused = await unrendered.call('POST', `${unrendered.path}/deliveries/${failed}/replay`);
    expect([refused.status, Object(refused.json).description]).toEqual([409, expect.stringContaining('run the macro')]);
  });

  test('of a large body stores it again under its own id, and is refused once the body is gone', async ({
    engines,
  }) => {
    const body = 'x'.repeat(50_000);
    const { call, path, report, deliver, deliveries, server, project, clock } = await projectWithWebhook(
      engines,
      () => ({
        contentType: 'text/plain',
        body,
      }),
    );
    const id = await report();
    await deliver(id);
    const { json } = await call('POST', `${path}/deliveries/${id}/replay`);
    const replay = Object(json).id;
    await deliver(replay);
    expect(server.received.map((request) => request.body)).toEqual([body, body]);
    const stored = (await deliveries()).find((delivery) => delivery.id === replay);
    expect(stored?.request?.bodyAt?.objectKey).toBe(`bodies/${replay}`);
    const gone = { objectKey: 'bodies/gone', bytes: 50_000 };
    const request = {
      method: 'POST' as const,
      url: [{ text: server.origin }],
      headers: [],
      timeoutMs: 5_000,
      bodyAt: gone,
    };
    const lost = `lost${project.replaceAll('-', '')}`;
    const { mail: _, ...webhook } = pendingMail(lost, clock.now(), { project, outcome: 'failed' });
    await storeDelivery(engines.table, { ...webhook, request }, clock.now());
    expect((await call('GET', `${path}/deliveries/${lost}`)).json).toMatchObject({
      request: { body: '', truncated: true, bodyBytes: 50_000 },
    });
    const refused = await call('POST', `${path}/deliveries/${lost}/replay`);
    expect([refused.status, Object(refused.json).description]).toEqual([409, expect.stringContaining('body is gone')]);
    expect((await call('GET', `${path}/deliveries/${lost}/curl`)).status).toBe(409);
  });

  test('is one delivery where the answer to its write was lost', async ({ engines }) => {
    const { call, path, report, deliver, deliveries } = await projectWithWebhook(engines);
    const id = await report();
    await deliver(id);
    const undo = loseAnswer(engines.table, 'Put');
    const { status } = await call('POST', `${path}/deliveries/${id}/replay`);
    undo();
    expect([status, (await deliveries()).length]).toEqual([202, 2]);
  });

  test('of an e-mail goes to the queue of e-mails again', async ({ engines }) => {
    const { call, path, project, clock, deliveries } = await projectWithWebhook(engines);
    const id = `mail${project.replaceAll('-', '')}`;
    const mail = pendingMail(id, clock.now(), { project, outcome: 'delivered', attemptsMade: 1 });
    await storeDelivery(engines.table, mail, clock.now());
    clock.advance(1_000);
    expect((await call('POST', `${path}/deliveries/${id}/replay`)).status).toBe(202);
    const [replay] = await deliveries();
    expect(replay).toMatchObject({ outcome: 'pending', replayOf: id, mail: mail.mail, attemptsMade: 0 });
  });
});
