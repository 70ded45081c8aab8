import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { answerOf, openClient, requestTo, startRawReceiver, startReceiver } from './receiver-for-tests.ts';

const head = 'HTTP/1.1 200 OK\r\n';

/** What the client makes of a receiver that says something and hangs up. */
async function exchangeWith(says: string | Uint8Array): Promise<Exchange> {
  const receiver = await startRawReceiver((socket) => socket.end(says));
  return await openClient().send(requestTo(receiver.origin));
}

describe('a receiver that speaks no proper HTTP', () => {
  test.each([
    ['answers as HTTP/0.9 did, without a head', '<html>hello</html>'],
    ['greets like a mail server', '220 mail.example ESMTP\r\n'],
    ['answers with bytes of TLS', Buffer.from('160303004a020000460303', 'hex')],
    ['answers with NUL bytes', Buffer.alloc(100)],
    ['says nothing and hangs up', ''],
    ['has no status', 'HTTP/1.1 \r\n\r\n'],
    ['has a status of letters', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['speaks HTTP/2 at once', Buffer.from('000012040000000000', 'hex')],
    ['has a chunk size of letters', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
    ['has a chunk size beyond all numbers', `${head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello`],
    ['has a negative chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n`],
    ['has a longer chunk than it says', `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`],
    ['has a negative length', `${head}Content-Length: -1\r\n\r\nhello`],
    ['has a length beyond all numbers', `${head}Content-Length: 99999999999999999999999\r\n\r\nhello`],
    ['has a length and chunks', `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['breaks a header with a bare line feed and NUL', `${head}X-Bad: a\u0000b\r\n\r\n`],
    ['wants to switch protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    ['says that it switches protocols without naming one', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('and %s fails as http', async (_, says) => {
    expect(await exchangeWith(says)).toMatchObject({ outcome: 'failed', class: 'http', address: '127.0.0.1' });
  });
});

describe('a receiver that says anything at all', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 103 Hints\r\n',
      'HTTP/1.0 503 Down\r\n',
      '\r\n',
      '\r\n\r\n',
      '0\r\n',
    ),
    fc.constantFrom(
      'Content-Length: 5\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Connection: close\r\n',
      'Upgrade: h2c\r\n',
    ),
    fc.constantFrom('hello', '5\r\nhello\r\n', 'X: \u0000\r\n', '\u00ff\u00fe', ' ', ':', '\n'),
    fc.string({ maxLength: 20 }),
  );

  test('gets an exchange that ends, as an answer or as http, and nothing is thrown', async () => {
    let says = '';
    const receiver = await startRawReceiver((socket) => socket.end(says, 'latin1'));
    const client = openClient();
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      says = pieces.join('');
      const exchange = await client.send(requestTo(receiver.origin));
      // A connection that was kept open may turn out to be closed, which is another matter.
      if (exchange.outcome === 'failed') expect(['http', 'connect']).toContain(exchange.class);
      else expect(exchange.status).toBeGreaterThanOrEqual(0);
      expect(JSON.stringify(exchange).isWellFormed()).toBe(true);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test('and never reads a large request is left at the deadline', async () => {
    const receiver = await startRawReceiver((socket) => socket.pause());
    const body = Buffer.alloc(50_000_000);
    const exchange = await openClient().send(requestTo(receiver.origin, { body, timeoutMs: 200 }));
    expect(exchange).toMatchObject({ outcome: 'failed', class: 'timeout', message: 'no answer within 0.2 s' });
    for (const socket of receiver.connections) socket.resume();
    await Promise.all(receiver.closed);
  });
});

describe('an odd answer', () => {
  test.each([
    ['a status of 999', 'HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n', 999],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n', 200],
  ])('with %s is an answer all the same', async (_, says, status) => {
    expect(answerOf(await exchangeWith(says))).toMatchObject({ status });
  });

  test.each([
    ['a body where none may be', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello', ''],
    ['garbage beyond its length', `${head}Content-Length: 2\r\n\r\nok\u0000garbage`, 'ok'],
    ['garbage beyond its last chunk', `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\ngarbage`, 'ok'],
  ])(
    'with %s counts as far as it goes: it is no failure, or the request would be sent again',
    async (_, says, body) => {
      const answer = answerOf(await exchangeWith(says));
      expect(answer.truncated).toBe(false);
      expect(Buffer.from(answer.body).toString()).toBe(body);
    },
  );

  test('with invalid UTF-8 comes back byte for byte', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
    const answer = answerOf(await exchangeWith(Buffer.concat([Buffer.from(`${head}\r\n`), bytes])));
    expect(Buffer.from(answer.body).equals(bytes)).toBe(true);
  });

  test('with a header in bytes beyond ASCII comes back as Latin-1', async () => {
    const answer = answerOf(
      await exchangeWith(Buffer.from(`${head}X-Name: caf\xe9\r\nContent-Length: 0\r\n\r\n`, 'latin1')),
    );
    expect(answer.headers).toMatchObject({ 'x-name': 'café' });
  });

  test('with headers named constructor and __proto__ comes back without them', async () => {
    const answer = answerOf(await exchangeWith(`${head}Constructor: x\r\n__proto__: y\r\nContent-Length: 0\r\n\r\n`));
    expect(answer.headers).toEqual({ 'content-length': '0' });
  });

  test('with a thousand headers loses none that the cap for headers lets through', async () => {
    const headers = Array.from({ length: 1_000 }, (_, place) => `X-${place}: y\r\n`).join('');
    const answer = answerOf(await exchangeWith(`${head}${headers}Content-Length: 0\r\n\r\n`));
    expect(Object.keys(answer.headers)).toHaveLength(1_001);
  });
});

describe('a connection that the receiver closes although it was kept open', () => {
  test.each([
    ['resets', (socket: { resetAndDestroy(): unknown }) => socket.resetAndDestroy()],
    ['hangs up', (socket: { end(): unknown }) => socket.end()],
  ])('and %s when the next request comes fails that one as connect, and sends it no second time', async (_, close) => {
    const requests: string[] = [];
    const receiver = await startRawReceiver((socket) => {
      requests.push('first');
      socket.write(`${head}Content-Length: 2\r\n\r\nok`);
      socket.once('data', () => {
        requests.push('second');
        close(socket);
      });
    });
    const client = openClient();
    expect(answerOf(await client.send(requestTo(receiver.origin))).status).toBe(200);
    const second = await client.send(requestTo(receiver.origin));
    expect(second).toMatchObject({ outcome: 'failed', class: 'connect', address: '127.0.0.1' });
    expect(second).toHaveProperty('message', expect.stringContaining('closed the connection that was kept open'));
    expect(requests).toEqual(['first', 'second']);
    expect(receiver.connections).toHaveLength(1);
    // The schedule's next attempt is on a fresh connection.
    expect(answerOf(await client.send(requestTo(receiver.origin))).status).toBe(200);
    expect(receiver.connections).toHaveLength(2);
  });

  test('fails as http where a part of an answer had come', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(`${head}Content-Length: 2\r\n\r\nok`);
      socket.once('data', () => socket.end('HTTP/1.1 20'));
    });
    const client = openClient();
    await client.send(requestTo(receiver.origin));
    expect(await client.send(requestTo(receiver.origin))).toMatchObject({ outcome: 'failed', class: 'http' });
  });

  test('while it was idle is not used at all', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.end('ok');
    });
    const client = openClient();
    await client.send(requestTo(receiver.origin));
    for (const socket of receiver.connections) socket.destroy();
    await Promise.all(receiver.closed);
    // One turn of the event loop, so that the end of the connection is seen.
    await new Promise((resolve) => setImmediate(resolve));
    expect(answerOf(await client.send(requestTo(receiver.origin))).status).toBe(200);
    expect(receiver.connections).toHaveLength(2);
  });
});
