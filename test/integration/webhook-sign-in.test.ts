import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, onTestFinished } from 'vitest';
import { deliveryKey } from '../../adapters/dynamodb/keys.ts';
import { readUsableSecrets } from '../../adapters/dynamodb/secrets.ts';
import { WebhookAction } from '../../core/document/schema-webhook-action.ts';
import { admin, testKeys } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { loseAnswer } from '../faults.ts';
import { oneAttempt } from '../outside/one-attempt.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { type Received, startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

type Secrets = NonNullable<NonNullable<Parameters<typeof sender>[3]>['secrets']>;
type Answer = Parameters<typeof startReceivingServer>[0];

const anywhere = (value: string) => ({ value, hosts: undefined });
const oauth2 = (origin: string, change: object = {}) => ({
  kind: 'oauth2',
  tokenUrl: `${origin}/token`,
  clientId: 'feedbridge',
  clientSecret: '((secret.client))',
  ...change,
});
const client = { client: anywhere('client-secret-of-ours') };

/** A receiver, and one delivery to its `/hook` for each of `count` new tickets. */
async function deliveriesTo(
  engines: TestEngines,
  answer: Answer,
  webhook: (origin: string) => object,
  { secrets = {}, count = 1, at }: { secrets?: Secrets; count?: number; at?: number } = {},
) {
  const server = await startReceivingServer(answer);
  onTestFinished(server.stop);
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    const slack = document.macros.find(({ key }) => key === 'tell-slack');
    if (slack === undefined) throw new Error('the example has changed');
    const url = `${server.origin}/hook`;
    slack.actions = [WebhookAction.parse({ kind: 'webhook', method: 'POST', url, ...webhook(server.origin) })];
    document.automations = [
      { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
    ];
  });
  const clock = fixedClock(at);
  const { send } = receiver(engines, seeded, clock);
  for (let place = 0; place < count; place += 1) await send({ summary: 'It crashed' });
  const parts = sender(engines, seeded.project, clock, { secrets });
  onTestFinished(parts.close);
  const ids = (await parts.deliveries()).map(({ id }) => id);
  return { ...parts, server, ids, clock, project: seeded.project };
}

/** The same, with its only delivery attempted once. */
async function attempted(...given: Parameters<typeof deliveriesTo>) {
  const parts = await deliveriesTo(...given);
  await parts.deliver(parts.ids[0] ?? '');
  const [settled] = await parts.deliveries();
  if (settled === undefined) throw new Error('the ticket has set nothing off');
  return { ...parts, settled, hooks: at(parts.server.received, '/hook') };
}

const at = (received: readonly Received[], path: string) => received.filter((request) => request.path === path);

/** Everything that the table holds of a delivery, as one text. */
async function storedText({ table }: TestEngines, id: string): Promise<string> {
  const { Items } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': deliveryKey(id).pk },
    }),
  );
  return JSON.stringify(Items);
}

/** A receiver with a token endpoint of its own: each token is good until it is told otherwise. */
function tokenServer(options: { expiresIn?: number; rejects?: ReadonlySet<string> } = {}): NonNullable<Answer> {
  let tokens = 0;
  return (response, _place, request) => {
    if (request.path === '/token') {
      tokens += 1;
      const life = options.expiresIn === undefined ? {} : { expires_in: options.expiresIn };
      response.end(JSON.stringify({ access_token: `access-token-${tokens}`, token_type: 'Bearer', ...life }));
      return;
    }
    const isRejected = options.rejects?.has(request.headers.authorization ?? '') === true;
    // Some receivers echo what they were sent: the log must not.
    response.writeHead(isRejected ? 401 : 201).end(`you sent ${request.headers.authorization}`);
  };
}

describe('signatures', () => {
  test('Captured deliveries verified by the `standardwebhooks` and `svix` npm libraries', async ({ engines }) => {
    const [former, current] = ['whsec_b2xkIGtleSBvZiAyNCBieXRlcyEhISE=', 'whsec_bmV3IGtleSBvZiAyNCBieXRlcyEhISE='];
    const signing = { value: current, hosts: undefined, previous: former };
    // The libraries look at the machine's clock.
    const { hooks, settled } = await attempted(
      engines,
      undefined,
      () => ({ sign: 'signing', body: '{"text": "((Summary)) – ünïcode 🦊"}' }),
      { secrets: { signing }, at: Date.now() },
    );
    const [{ body, headers } = { body: '', headers: {} }] = hooks;
    const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    for (const secret of [former, current]) {
      expect(new Webhook(secret).verify(body, sent)).toEqual({ text: 'It crashed – ünïcode 🦊' });
      expect(new SvixWebhook(secret).verify(body, sent)).toEqual({ text: 'It crashed – ünïcode 🦊' });
      expect(() => new Webhook(secret).verify(`${body} `, sent)).toThrow();
    }
    expect(sent['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(sent['webhook-id']).toBe(settled.id);
  });

  test('of a rotated secret are of both values until the overlap ends, however often the call is repeated', async ({
    engines,
  }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const path = `/projects/${project}/secrets/signing`;
    const put = async (body: object) => (await asAdministrator('PUT', path, { body })).status;
    const read = async (instant: string) => {
      const names = ['signing'];
      const now = Date.parse(instant);
      return (await readUsableSecrets(engines.table, async () => testKeys, { project, names, now })).get('signing');
    };
    await put({ value: 'the old value' });
    onTestFinished(loseAnswer(engines.table, 'Update'));
    expect(await put({ value: 'the new value', overlap: '24h' })).toBe(204);
    expect(await put({ value: 'the new value', overlap: '24h' })).toBe(204);
    expect(await read('2026-11-22T08:59:59Z')).toEqual({
      value: 'the new value',
      hosts: undefined,
      previous: 'the old value',
    });
    expect(await read('2026-11-22T09:00:00Z')).toEqual({ value: 'the new value', hosts: undefined });
    expect(await put({ value: 'the last value' })).toBe(204);
    expect(await read('2026-11-21T09:00:01Z')).toEqual({ value: 'the last value', hosts: undefined });
    expect(await put({ value: 'x', overlap: '8d' })).toBe(400);
  });
});

test('a rotation that others get in the way of all the time is refused for now', async ({ engines }) => {
  const { project } = await seedProject(engines.table);
  const { asAdministrator } = admin(engines, project);
  const put = async (value: string) =>
    await asAdministrator('PUT', `/projects/${project}/secrets/signing`, { body: { value, overlap: '24h' } });
  const answers = await Promise.all(Array.from({ length: 12 }, (_, place) => put(`value ${place}`)));
  expect(answers.filter(({ status }) => status !== 204 && status !== 503)).toEqual([]);
  for (const { status, headers } of answers) expect(headers['retry-after']).toEqual(status === 503 ? '2' : undefined);
});

describe('a sign-in', () => {
  const secrets = { word: anywhere('pass:wörd-of-ours') };
  test.for<[string, object, string, string]>([
    [
      'basic',
      { kind: 'basic', username: 'jim@example.com', password: '((secret.word))' },
      'authorization',
      `Basic ${Buffer.from('jim@example.com:pass:wörd-of-ours').toString('base64')}`,
    ],
    ['bearer', { kind: 'bearer', token: '((secret.token))' }, 'authorization', 'Bearer token-of-ours'],
    ['header', { kind: 'header', name: 'ZSESSIONID', value: '((secret.token))' }, 'zsessionid', 'token-of-ours'],
  ])('of kind %s is in the request and nowhere in the table', async ([, auth, header, value], { engines }) => {
    const { hooks, settled } = await attempted(
      engines,
      (response, _place, { headers }) =>
        response.setHeader('X-Echo', String(headers[header])).end(String(headers[header])),
      () => ({ auth }),
      { secrets: { ...secrets, token: anywhere('token-of-ours') } },
    );
    expect(settled.outcome).toBe('delivered');
    expect(hooks[0]?.headers[header]).toBe(value);
    const stored = await storedText(engines, settled.id);
    expect(stored).not.toMatch(/of-ours/);
    expect(stored).not.toContain(Buffer.from('wörd-of-ours').toString('base64').slice(0, 12));
    expect(stored).not.toContain(value);
  });

  test('whose secret may not go to that host is not sent', async ({ engines }) => {
    const limited = { client: { value: 'client-secret-of-ours', hosts: ['login.example.com'] } };
    const { settled, server } = await attempted(engines, undefined, (origin) => ({ auth: oauth2(origin) }), {
      secrets: limited,
    });
    expect(settled).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('secret.client may not be sent'),
    });
    expect(server.received).toEqual([]);
  });
});

describe('OAuth 2.0 client credentials', () => {
  test('fetch one token for all attempts until it expires', async ({ engines }) => {
    const { deliver, ids, server, clock } = await deliveriesTo(
      engines,
      tokenServer({ expiresIn: 3600 }),
      (origin) => ({ auth: oauth2(origin, { scope: 'write', parameters: { audience: 'https://x.example' } }) }),
      { secrets: client, count: 3 },
    );
    await Promise.all(ids.slice(0, 2).map(deliver));
    expect(at(server.received, '/token').map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      {
        grant_type: 'client_credentials',
        client_id: 'feedbridge',
        client_secret: 'client-secret-of-ours',
        scope: 'write',
        audience: 'https://x.example',
      },
    ]);
    clock.advance(3_600_000);
    await deliver(ids[2] ?? '');
    expect(at(server.received, '/token')).toHaveLength(2);
    expect(at(server.received, '/hook').map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-token-1',
      'Bearer access-token-1',
      'Bearer access-token-2',
    ]);
  });

  test('with a token that expires once are refreshed once and the request is repeated in the same attempt', async ({
    engines,
  }) => {
    const { settled, hooks, server } = await attempted(
      engines,
      tokenServer({ rejects: new Set(['Bearer access-token-1']) }),
      (origin) => ({ auth: oauth2(origin) }),
      { secrets: client },
    );
    expect(settled).toMatchObject({ outcome: 'delivered', attempts: [{ number: 1, response: { status: 201 } }] });
    expect(hooks.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-token-1',
      'Bearer access-token-2',
    ]);
    expect(new Set(hooks.map(({ headers }) => headers['webhook-id']))).toHaveLength(1);
    expect(at(server.received, '/token')).toHaveLength(2);
    const stored = await storedText(engines, settled.id);
    expect(stored).not.toMatch(/access-token-\d|client-secret-of-ours/);
    expect(stored).toContain('you sent Bearer ***');
  });

  test('that are refused with a new token too fail after one refresh', async ({ engines }) => {
    const { settled, server } = await attempted(
      engines,
      tokenServer({ rejects: new Set(['Bearer access-token-1', 'Bearer access-token-2']) }),
      (origin) => ({ auth: oauth2(origin) }),
      { secrets: client },
    );
    expect(settled).toMatchObject({ outcome: 'failed', reason: 'the receiver answered 401, which is not retried' });
    expect(server.received.map(({ path }) => path)).toEqual(['/token', '/hook', '/token', '/hook']);
  });

  test.for<[number, string, string, string]>([
    [400, '{"error":"invalid_client","error_description":"client-secret-of-ours"}', 'failed', '400 (invalid_client)'],
    [503, 'client-secret-of-ours', 'pending', '503'],
    [200, '<html>Sign in</html>', 'failed', 'no access_token'],
  ])(
    'that are answered %i %s say so with the host, and nothing of the secret',
    async ([status, text, outcome, said], { engines }) => {
      const { settled, server } = await attempted(
        engines,
        (response) => response.writeHead(status).end(text),
        (origin) => ({ auth: oauth2(origin) }),
        { secrets: client },
      );
      const reason = `the token endpoint at ${new URL(server.origin).host} answered ${said}`;
      expect(settled).toMatchObject({ outcome, reason });
      expect(server.received.map(({ path }) => path)).toEqual(['/token']);
      expect(await storedText(engines, settled.id)).not.toContain('client-secret-of-ours');
    },
  );

  test('have one deadline over token, request and repeat', async ({ engines }) => {
    const { settled, server } = await attempted(
      engines,
      // The token endpoint accepts and never answers.
      () => undefined,
      (origin) => ({ auth: oauth2(origin), timeoutSeconds: 1 }),
      { secrets: client },
    );
    expect(settled).toMatchObject({
      outcome: 'pending',
      reason: expect.stringMatching(/^no token from .* within 1 s$/),
    });
    expect(settled.attempts).toMatchObject([{ error: { class: 'timeout' } }]);
    expect(server.received.map(({ path }) => path)).toEqual(['/token']);
  });
});

describe('success', () => {
  const rally = { success: { where: { field: '/CreateResult/Errors', op: 'isEmpty' } } };
  test('is not a Rally 200 with errors, whose errors are quoted', async ({ engines }) => {
    const { settled } = await attempted(
      engines,
      (response) => response.end('{"CreateResult":{"Errors":["Validation error: Defect.Name should not be null"]}}'),
      () => rally,
    );
    expect(settled).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('Validation error: Defect.Name should not be null'),
    });
  });

  test('is not a login page that came with 203', async ({ engines }) => {
    const { settled } = await attempted(
      engines,
      (response) => response.writeHead(203).end('<html>'),
      () => rally,
    );
    expect(settled).toMatchObject({
      outcome: 'failed',
      reason: 'the receiver answered 203, but the answer is not JSON, so /CreateResult/Errors could not be read',
    });
  });

  test('is what the document lists, and what was decided over the record when the webhook was made', async ({
    engines,
  }) => {
    const isConflict: Answer = (response) => response.writeHead(409).end();
    const over = (value: string) => ({
      success: { status: [200, 409], where: { field: 'summary', op: 'equals', value } },
    });
    const listed = await attempted(engines, isConflict, () => over('It crashed'));
    const other = await attempted(engines, isConflict, () => over('something else'));
    expect([listed.settled.outcome, other.settled.outcome]).toEqual(['delivered', 'failed']);
  });
});

describe('a receiver', () => {
  test.for(['abort-message', 'disable'])('that says %s is not asked again', async (wish, { engines }) => {
    const { settled } = await attempted(
      engines,
      (response) => response.setHeader('Webhook-Delivery', wish).writeHead(503).end(),
      () => ({}),
    );
    expect(settled).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(`webhook-delivery: ${wish}`) });
  });

  test('that answers 410 is not asked again', async ({ engines }) => {
    const { settled } = await attempted(
      engines,
      (response) => response.writeHead(410).end(),
      () => ({}),
    );
    expect(settled).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('gone for good') });
  });
});

test('a replay carries the id of the delivery that it repeats, and says that it is one', async ({ engines }) => {
  const server = await startReceivingServer();
  onTestFinished(server.stop);
  await oneAttempt(engines, { url: `${server.origin}/hook`, delivery: { replayOf: 'the-first-one' } });
  expect(server.received[0]?.headers).toMatchObject({ 'webhook-id': 'the-first-one', 'webhook-replay': 'true' });
});
