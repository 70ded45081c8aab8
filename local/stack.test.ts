import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { start, temporaryFolder } from './stack-harness.ts';

// Stacks start and stop in every test, on machines that do other things as well.
vi.setConfig({ testTimeout: 30_000 });

/** Sends bytes as they are and answers what comes back. */
async function sendRaw(origin: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

describe('the local stack', () => {
  test('answers /health and tells in local.json where everything is, for its owner only', async () => {
    const dataDir = temporaryFolder();
    const stack = await start({ dataDir });
    expect((await fetch(`${stack.origin}/health`)).status).toBe(200);
    const file = join(dataDir, 'local.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(stack.localJson);
    expect(stack.localJson).toMatchObject({
      api: stack.origin,
      receiver: `${stack.origin}/receiver`,
      outbox: `${stack.origin}/outbox`,
    });
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
    expect(await statusOf('/bad-header', { method: 'POST' })).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(await sendRaw(origin, 'NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*\{"message":"Bad Request"\}$/s);
    expect(await sendRaw(origin, `GET / HTTP/1.1\r\nbig: ${'x'.repeat(70_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
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
});
