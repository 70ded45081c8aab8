import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { startRawReceiver, startReceiver, startSecureReceiver } from '../../adapters/http/receiver-for-tests.ts';
import { maxLoggedBytes } from '../../core/webhooks/masking.ts';
import { type TestEngines, test } from '../engines.ts';
import { type OneWebhook, oneAttempt } from '../outside/one-attempt.ts';

const head = 'HTTP/1.1 200 OK\r\n';

/** A receiver that says something at the first bytes of a request and then does nothing more, or hangs up. */
const saying = (text: string | Uint8Array) => async () => ({
  url: (await startRawReceiver((socket) => socket.write(text))).origin,
});
const sayingAndClosing = (text: string | Uint8Array) => async () => ({
  url: (await startRawReceiver((socket) => socket.end(text))).origin,
});
const sayingAndResetting = (text: string) => async () => ({
  url: (await startRawReceiver((socket) => socket.write(text, () => socket.resetAndDestroy()))).origin,
});

/** A receiver that goes on with something, again and again, until it is left. */
const goingOn = (start: string, more: string, everyMs: number) => async () => {
  const { origin } = await startRawReceiver((socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(more), everyMs);
    socket.on('close', () => clearInterval(timer));
  });
  return { url: origin };
};

/** A receiver that answers HTTP as it should, with whatever is in it. */
const answering =
  (status: number, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  async () => ({
    url: (await startReceiver((_request, response) => response.writeHead(status, headers).end(body))).origin,
  });

const asTls = (receiver: () => Promise<OneWebhook>) => async () => ({
  url: (await receiver()).url.replace('http:', 'https:'),
});

/** Makes the first attempt and checks what holds for each: it is recorded, well-formed, capped, and nobody holds the delivery. */
async function attempt(engines: TestEngines, webhook: OneWebhook) {
  const made = await oneAttempt(engines, webhook);
  const { stored } = made;
  expect(stored).toMatchObject({ attemptsMade: 1, leases: 1, attempts: [{ number: 1 }] });
  expect(stored).not.toHaveProperty('leaseUntil');
  expect(stored).not.toHaveProperty('leasedBy');
  expect(JSON.stringify(stored).isWellFormed()).toBe(true);
  const body = stored.attempts[0]?.response?.body ?? '';
  expect(body.isWellFormed()).toBe(true);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxLoggedBytes);
  return made;
}

/** What has no answer worth the name: class of the error, and the receiver; each is tried again after 5 s. */
const broken: [name: string, errorClass: string, receiver: () => Promise<OneWebhook>][] = [
  ['refuses the connection', 'connect', async () => ({ url: 'http://127.0.0.1:1/' })],
  [
    'has a name that is not there',
    'dns',
    async () => ({
      url: 'http://gone.example/',
      settings: { resolve: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })) },
    }),
  ],
  [
    'has a name that nobody resolves',
    'timeout',
    async () => ({ url: 'http://slow.example/', settings: { resolve: () => new Promise(() => undefined) } }),
  ],
  ['accepts and never greets back in TLS', 'timeout', asTls(saying(''))],
  ['speaks plain HTTP where TLS is due', 'tls', asTls(answering(200, 'ok'))],
  [
    'has a certificate that nobody vouches for',
    'tls',
    async () => ({ url: (await startSecureReceiver((_request, response) => response.end('ok'))).origin }),
  ],
  ['never answers', 'timeout', saying('')],
  ['hangs within the headers', 'timeout', saying(head)],
  ['answers headers and no body', 'timeout', saying(`${head}Content-Length: 100\r\n\r\n`)],
  ['hangs after half a body', 'timeout', saying(`${head}Content-Length: 100\r\n\r\nhalf`)],
  ['drips its headers byte by byte', 'timeout', goingOn(`${head}X-Slow: `, 'x', 20)],
  ['drips its body byte by byte', 'timeout', goingOn(`${head}Content-Length: 100000\r\n\r\n`, 'x', 20)],
  ['resets before an answer', 'http', sayingAndResetting('')],
  ['resets in the middle of a body', 'http', sayingAndResetting(`${head}Content-Length: 100\r\n\r\nhalf`)],
  ['hangs up without an answer', 'http', sayingAndClosing('')],
  ['promises more than it sends', 'http', sayingAndClosing(`${head}Content-Length: 100\r\n\r\nshort`)],
  ['leaves out its last chunk', 'http', sayingAndClosing(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`)],
  ['sends garbage for chunks', 'http', sayingAndClosing(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n`)],
  ['floods with interim answers', 'http', goingOn('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500), 1)],
  ['has headers of 100 KB', 'http', saying(`${head}X-Large: ${'x'.repeat(100_000)}\r\n\r\n`)],
  ['answers as HTTP/0.9 did', 'http', sayingAndClosing('<html>hello</html>')],
  ['speaks no HTTP at all', 'http', saying('SSH-2.0-OpenSSH_9.2\r\n')],
  ['answers with bytes of TLS', 'http', sayingAndClosing(Buffer.from('160303004a020000460303', 'hex'))],
  ['wants to switch protocols', 'http', saying('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n')],
];

describe('Receivers from hell', () => {
  test.for(broken)('one that %s is recorded as %s and tried again', async ([, errorClass, receiver], { engines }) => {
    const { clock, facts, stored, find, again } = await attempt(engines, { timeoutMs: 200, ...(await receiver()) });
    expect(facts).toMatchObject({ outcome: 'pending', errorClass });
    expect(stored).toMatchObject({
      outcome: 'pending',
      reason: stored.attempts[0]?.error?.message,
      nextAttemptAt: new Date(clock.now() + 5_000).toISOString(),
      attempts: [{ number: 1, error: { class: errorClass } }],
    });
    expect(stored.attempts[0]).not.toHaveProperty('response');
    clock.advance(5_000);
    await again();
    expect(await find()).toMatchObject({ attemptsMade: 2, leases: 2, attempts: [{ number: 1 }, { number: 2 }] });
  });

  test('one that hangs ends as failed where the call must not be repeated', async ({ engines }) => {
    const webhook = { ...(await saying('')()), timeoutMs: 200, delivery: { retry: 'none' as const } };
    const { stored } = await attempt(engines, webhook);
    expect(stored).toMatchObject({
      outcome: 'failed',
      reason: 'no answer within 0.2 s; this call is never repeated',
      attempts: [{ error: { class: 'timeout' } }],
    });
  });

  test('one that closes a connection which was kept open gets the next attempt on a fresh one, and none in between', async ({
    engines,
  }) => {
    const requests: string[] = [];
    const { origin, connections } = await startRawReceiver((socket) => {
      requests.push('on a fresh connection');
      socket.write('HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n');
      socket.once('data', () => {
        requests.push('on the one that was kept');
        socket.resetAndDestroy();
      });
    });
    const { clock, find, again } = await attempt(engines, { url: origin });
    clock.advance(5_000);
    await again();
    expect(await find()).toMatchObject({
      outcome: 'pending',
      reason: expect.stringContaining('closed the connection that was kept open'),
      attempts: [{ response: { status: 503 } }, { error: { class: 'connect' } }],
    });
    expect(requests).toEqual(['on a fresh connection', 'on the one that was kept']);
    clock.advance(300_000);
    await again();
    expect(await find()).toMatchObject({ attempts: [{}, {}, { response: { status: 503 } }] });
    expect(connections).toHaveLength(2);
  });

  test.for([
    ['169.254.169.254', 'a link-local'],
    ['[fd00:ec2::254]', 'a unique local'],
    ['10.0.0.1', 'a private'],
    ['[::ffff:127.0.0.1]', 'an IPv4-mapped'],
  ])('one at %s is never dialled: blocked, and failed for good', async ([host, kind], { engines }) => {
    const { stored } = await attempt(engines, { url: `http://${host}/latest/meta-data` });
    expect(stored).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining(`it is ${kind} address`),
      attempts: [{ error: { class: 'blocked' } }],
    });
  });

  test.for([301, 302, 303, 307, 308])(
    'one that redirects to the metadata address with %s is not followed and fails',
    async (status, { engines }) => {
      const location = 'http://169.254.169.254/latest/meta-data/iam';
      const webhook = await answering(status, '', { Location: location })();
      const { stored } = await attempt(engines, webhook);
      expect(stored).toMatchObject({
        outcome: 'failed',
        reason: `a redirect (${status} to http://169.254.169.254) is not followed`,
        attempts: [{ address: '127.0.0.1', error: { class: 'http' }, response: { status, headers: { location } } }],
      });
    },
  );

  test.for([
    ['answers 5 MB', answering(200, Buffer.alloc(5_000_000, 'x')), true],
    ['answers 300 KB whose cut lies within a character', answering(200, `a${'🦊'.repeat(75_000)}`), true],
    ['answers a gzip bomb', answering(200, gzipSync(Buffer.alloc(50_000_000)), { 'Content-Encoding': 'gzip' }), true],
    ['answers invalid UTF-8 and halves of surrogates', answering(200, Buffer.from('ff00edA080c328f09f', 'hex')), false],
    ['answers an HTML login page with 203', answering(203, '<html>Sign in</html>'), false],
    ['sends more than it promised', saying(`${head}Content-Length: 2\r\n\r\nokgarbage`), false],
    ['sends a body with 204', saying('HTTP/1.1 204 No Content\r\n\r\nnothing to see'), false],
    ['has a header that scripts stumble over', answering(200, 'ok', { ['__proto__']: 'x', constructor: 'y' }), false],
    ['has 500 headers', saying(`${head}${'X-Same: y\r\n'.repeat(500)}Content-Length: 2\r\n\r\nok`), false],
  ] as const)(
    'one that %s has delivered, and the log stays in bounds',
    async ([, receiver, truncated], { engines }) => {
      const { stored } = await attempt(engines, await receiver());
      expect(stored).toMatchObject({ outcome: 'delivered', attempts: [{ response: { truncated } }] });
      expect(stored.attempts[0]).not.toHaveProperty('error');
    },
  );

  test('one that answers an HTML login page with 203 has not delivered where 200 alone counts', async ({ engines }) => {
    const login = await answering(203, '<html>Sign in</html>', { 'Content-Type': 'text/html' })();
    const { stored } = await attempt(engines, { ...login, delivery: { success: { status: [200], retry: false } } });
    expect(stored).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('203'),
      attempts: [{ error: { class: 'http' }, response: { status: 203, body: '<html>Sign in</html>' } }],
    });
  });

  test.for([
    ['-5', 5],
    ['0', 5],
    ['1000000000000', 86_400],
    ['999999999999999999999999', 5],
    ['1e9', 5],
    ['Infinity', 5],
    ['NaN', 5],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 5],
    ['Sat, 21 Nov 2026 09:01:00 GMT', 60],
    ['tomorrow', 5],
    ['120, 7', 5],
    ['', 5],
    ['7', 7],
  ] as const)(
    'one that answers 503 with Retry-After "%s" is asked again after %s s',
    async ([header, seconds], { engines }) => {
      const { clock, stored } = await attempt(engines, await answering(503, 'down', { 'Retry-After': header })());
      expect(stored).toMatchObject({
        outcome: 'pending',
        nextAttemptAt: new Date(clock.now() + seconds * 1_000).toISOString(),
        attempts: [{ response: { status: 503 } }],
      });
    },
  );
});
