import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';
import {
  type FakeResources,
  fakeBase,
  fakeFunction,
  fakeQueue,
  fakeQueueSource,
  fakeRoute,
  fakeStreamSource,
  writeAssembly,
} from './fake-assembly.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack-options.ts';

// Functions that run without an SDK: they send what they get to the receiver of the stack itself.
const echo = 'export const handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });';
const consume = `export const handler = async ({ Records }) => {
  const bodies = Records.map(({ body }) => body);
  await fetch(process.env.RECEIVER + '/consumed', { method: 'POST', body: JSON.stringify(bodies) });
  return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
};`;
const follow = `export const handler = async ({ Records }) => {
  const keys = Records.map(({ dynamodb }) => dynamodb.Keys.pk.S);
  if (keys.includes('poison')) throw new Error('poisoned');
  await fetch(process.env.RECEIVER + '/followed', { method: 'POST', body: JSON.stringify(keys) });
};`;
// A door to the engines for the test: calls what its body says.
const call = `export const handler = async ({ body }) => {
  const { service, target, input } = JSON.parse(body);
  const authorization = 'AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/x/aws4_request, SignedHeaders=host, Signature=0';
  const response = await fetch(process.env['AWS_ENDPOINT_URL_' + service], {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target, authorization, 'x-amz-date': '20260101T000000Z' },
    body: JSON.stringify(input),
  });
  return { statusCode: response.status, body: await response.text() };
};`;

const receiver = { RECEIVER: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, '/receiver']] } };

const resources: FakeResources = {
  ...fakeBase,
  Echo: fakeFunction('echo'),
  Call: fakeFunction('call'),
  ...fakeRoute('POST /echo/{name}', 'Echo'),
  ...fakeRoute('GET /admin', 'Echo', true),
  ...fakeRoute('POST /call', 'Call'),
  Consume: fakeFunction('consume', receiver),
  Work: fakeQueue('DeadLetters'),
  DeadLetters: fakeQueue(),
  WorkSource: fakeQueueSource('Work', 'Consume'),
  Follow: fakeFunction('follow', receiver),
  Failures: fakeQueue(),
  StreamSource: fakeStreamSource(
    'Follow',
    { eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: ['wanted'] } } } },
    'Failures',
  ),
};
const bundles = { echo, call, consume, follow };

const running = new Set<Stack>();
afterEach(async () => {
  for (const stack of running) await stack.stop();
  running.clear();
});

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const assemblyDir = writeAssembly(resources, bundles);
  onTestFinished(() => rmSync(assemblyDir, { recursive: true }));
  const stack = await startStack({ assemblyDir, seeded: false, ...options });
  running.add(stack);
  return stack;
}

async function stop(stack: Stack): Promise<void> {
  running.delete(stack);
  await stack.stop();
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-stack-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function engineCall({ origin }: Stack) {
  return async (service: string, target: string, input: object) => {
    const response = await fetch(`${origin}/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ service, target, input }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${target}: ${response.status} ${text}`);
    return JSON.parse(text || '{}');
  };
}

const Items = z.object({ items: z.array(z.object({ body: z.string() })) });

async function received({ origin }: Stack, path: string): Promise<string[]> {
  const response = await fetch(`${origin}/receiver?path=/receiver/${path}`, {
    headers: { accept: 'application/json' },
  });
  return Items.parse(await response.json()).items.flatMap(({ body }) => z.array(z.string()).parse(JSON.parse(body)));
}

function queue(stack: Stack, name: string) {
  const sqs = engineCall(stack);
  const QueueUrl = `http://127.0.0.1/000000000000/${name}`;
  const Received = z.object({ Messages: z.array(z.object({ Body: z.string() })).default([]) });
  return {
    send: (MessageBody: string) => sqs('SQS', 'AmazonSQS.SendMessage', { QueueUrl, MessageBody }),
    bodies: async () =>
      Received.parse(await sqs('SQS', 'AmazonSQS.ReceiveMessage', { QueueUrl })).Messages.map(({ Body }) => Body),
  };
}

function put(stack: Stack, pk: string, type = 'wanted') {
  const Item = { pk: { S: pk }, type: { S: type } };
  return engineCall(stack)('DYNAMODB', 'DynamoDB_20120810.PutItem', { TableName: 'Table', Item });
}

// Stacks start and stop in every test, on machines that do other things as well.
vi.setConfig({ testTimeout: 30_000 });
const patience = { timeout: 8000, interval: 20 };

describe('the local stack', () => {
  test('answers /health and tells in local.json where everything is, for its owner only', async () => {
    const dataDir = temporaryFolder();
    const stack = await start({ dataDir });
    expect((await fetch(`${stack.origin}/health`)).status).toBe(200);
    const file = join(dataDir, 'local.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stack.localJson);
    expect(stack.localJson).toMatchObject({ api: stack.origin, receiver: `${stack.origin}/receiver` });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('hands a request to its function as an HTTP API does', async () => {
    const { origin } = await start();
    const response = await fetch(`${origin}/echo/a%20b?x=1&x=2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Custom': 'Yes' },
      body: '{"a":1}',
    });
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'POST /echo/{name}',
      rawPath: '/echo/a b',
      rawQueryString: 'x=1&x=2',
      queryStringParameters: { x: '1,2' },
      pathParameters: { name: 'a b' },
      headers: { 'x-custom': 'Yes' },
      body: '{"a":1}',
      isBase64Encoded: false,
      requestContext: { http: { method: 'POST', sourceIp: '127.0.0.1' }, stage: '$default' },
    });
  });

  test('refuses as the gateway does what is too large, unknown or without a token', async () => {
    const { origin, localJson } = await start();
    const statusOf = async (path: string, init?: RequestInit) => {
      const response = await fetch(origin + path, init);
      return [response.status, await response.text()];
    };
    expect(await statusOf('/nowhere')).toEqual([404, '{"message":"Not Found"}']);
    expect(await statusOf('/echo/%zz', { method: 'POST' })).toEqual([400, '{"message":"Bad Request"}']);
    expect(await statusOf('/echo/a', { method: 'POST', body: 'x'.repeat(4_400_001) })).toEqual([
      413,
      '{"message":"Request Entity Too Large"}',
    ]);
    expect(await statusOf('/echo/a', { method: 'POST', headers: { big: 'x'.repeat(10_240) } })).toEqual([
      431,
      '{"message":"Request Header Fields Too Large"}',
    ]);
    expect(await statusOf(`/echo/${'x'.repeat(10_240)}`, { method: 'POST' })).toEqual([
      414,
      '{"message":"Request-URI Too Long"}',
    ]);
    expect(await statusOf('/admin')).toEqual([401, '{"message":"Unauthorized"}']);
    expect(await statusOf('/admin', { headers: { authorization: 'Bearer forged' } })).toEqual([
      401,
      '{"message":"Unauthorized"}',
    ]);
    const [status, text] = await statusOf('/admin', { headers: { authorization: `Bearer ${localJson.token}` } });
    expect(status).toBe(200);
    expect(JSON.parse(String(text)).requestContext.authorizer.jwt.claims).toMatchObject({
      groups: '[administrators]',
      email_verified: 'true',
      aud: 'feedbridge-people',
    });
  });

  test('hands messages over, deletes what succeeded and moves what keeps failing to the dead letters', async () => {
    const stack = await start();
    const work = queue(stack, 'Work');
    await Promise.all([work.send('good'), work.send('bad')]);
    await vi.waitFor(async () => expect(await queue(stack, 'DeadLetters').bodies()).toEqual(['bad']), patience);
    const bodies = await received(stack, 'consumed');
    expect(bodies.filter((body) => body === 'good')).toHaveLength(1);
    expect(bodies.filter((body) => body === 'bad')).toHaveLength(2);
  });

  test('hands matching stream records over in order, and gives up only the one that fails', async () => {
    const stack = await start();
    for (const key of ['a', 'b', 'poison', 'c']) await put(stack, key);
    await put(stack, 'other', 'unwanted');
    await vi.waitFor(async () => expect(await received(stack, 'followed')).toHaveLength(3), patience);
    const [note] = await vi.waitFor(async () => {
      const bodies = await queue(stack, 'Failures').bodies();
      expect(bodies).toHaveLength(1);
      return bodies;
    }, patience);
    expect((await received(stack, 'followed')).sort()).toEqual(['a', 'b', 'c']);
    expect(JSON.parse(note ?? '')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  test('goes on after a restart where it was, on another port', async () => {
    const dataDir = temporaryFolder();
    const first = await start({ dataDir });
    await put(first, 'before');
    await vi.waitFor(async () => expect(await received(first, 'followed')).toEqual(['before']), patience);
    // Stopped between the record and its checkpoint it would rightly hand it over again.
    await vi.waitFor(() => expect(existsSync(join(dataDir, 'checkpoints.json'))).toBe(true), patience);
    await stop(first);

    const second = await start({ dataDir });
    expect(second.origin).not.toBe(first.origin);
    expect(second.localJson.oidc.clientSecret).toBe(first.localJson.oidc.clientSecret);
    await put(second, 'after');
    await vi.waitFor(async () => expect(await received(second, 'followed')).toEqual(['after']), patience);
  });

  test('refuses a port that is taken, in one sentence', async () => {
    const { origin } = await start();
    const port = Number(new URL(origin).port);
    await expect(start({ port })).rejects.toThrow(
      `Port ${port} is in use; stop what listens there, or start with another --port.`,
    );
  });

  test('refuses a data directory that another stack is running on', async () => {
    const dataDir = temporaryFolder();
    await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(
      `Another local stack is running on ${dataDir}; stop it, or start with another --data-dir.`,
    );
  });

  test('takes away what an ephemeral start made, and only that', async () => {
    const dataDir = temporaryFolder();
    const kept = await start({ dataDir });
    await stop(kept);
    const ephemeral = await start({ dataDir, ephemeral: true });
    expect(JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'))).toEqual(ephemeral.localJson);
    await stop(ephemeral);
    expect(JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'))).toEqual(kept.localJson);
  });
});
