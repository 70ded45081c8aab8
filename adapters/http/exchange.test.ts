import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { maxResponseBytes } from './exchange.ts';
import { answerOf, openClient, requestTo, startRawReceiver, startReceiver } from './receiver-for-tests.ts';

const head = 'HTTP/1.1 200 OK\r\n';

describe('an answer', () => {
  test('comes back with status, headers, body and address, whatever the status', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.writeHead(503, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'], 'Content-Type': 'text/plain' });
      response.end('später');
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(answer).toMatchObject({ status: 503, truncated: false, address: '127.0.0.1' });
    expect(answer.headers).toMatchObject({
      'retry-after': '7',
      'set-cookie': 'a=1, b=2',
      'content-type': 'text/plain',
    });
    expect(Buffer.from(answer.body).toString()).toBe('später');
  });

  test('of HTML with 203 is an answer like any other', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.writeHead(203, { 'Content-Type': 'text/html' }).end('<html>');
    });
    expect(answerOf(await openClient().send(requestTo(receiver.origin)))).toMatchObject({ status: 203 });
  });

  test('without a body is empty', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.writeHead(204).end();
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(answer).toMatchObject({ status: 204, truncated: false });
    expect(answer.body.byteLength).toBe(0);
  });

  test('that redirects is returned and not followed', async () => {
    const paths: (string | undefined)[] = [];
    const receiver = await startReceiver((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { Location: 'http://169.254.169.254/latest' }).end();
    });
    const answer = answerOf(await openClient().send(requestTo(`${receiver.origin}/hook`)));
    expect(answer).toMatchObject({ status: 302, headers: { location: 'http://169.254.169.254/latest' } });
    expect(paths).toEqual(['/hook']);
  });

  test('without a length ends with its connection', async () => {
    const receiver = await startRawReceiver((socket) => socket.end(`${head}\r\nall of it`));
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(Buffer.from(answer.body).toString()).toBe('all of it');
  });

  test('that comes byte by byte is put together', async () => {
    const message = `${head}Content-Length: 5\r\n\r\nhello`;
    const receiver = await startRawReceiver((socket) => {
      socket.setNoDelay(true);
      const drip = (index: number) => {
        if (index < message.length) socket.write(message.charAt(index), () => drip(index + 1));
      };
      drip(0);
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(Buffer.from(answer.body).toString()).toBe('hello');
  });

  test('after a hundred interim ones is the one that counts', async () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(100);
    const receiver = await startRawReceiver((socket) => socket.end(`${interim}${head}Content-Length: 0\r\n\r\n`));
    expect(answerOf(await openClient().send(requestTo(receiver.origin)))).toMatchObject({ status: 200 });
  });
});

describe('a large answer', () => {
  test('of 5 MB is cut at 256 KiB and its connection closed', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.end(Buffer.alloc(5_000_000, 'x'));
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body.byteLength).toBe(maxResponseBytes);
    await Promise.all(receiver.closed);
  });

  test('without an end is cut as well', async () => {
    const receiver = await startReceiver((_request, response) => {
      const pour = () => {
        if (response.destroyed) return;
        response.write(Buffer.alloc(65_536, 'x'), pour);
      };
      pour();
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(answer.truncated).toBe(true);
    expect(answer.body.byteLength).toBe(maxResponseBytes);
    await Promise.all(receiver.closed);
  });

  test('of exactly 256 KiB is whole', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.end(Buffer.alloc(maxResponseBytes, 'x'));
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(answer.truncated).toBe(false);
    expect(answer.body.byteLength).toBe(maxResponseBytes);
  });

  test('that is small only while compressed stays compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const receiver = await startReceiver((_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb);
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin)));
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(Buffer.compare(answer.body, bomb)).toBe(0);
  });

  test('whose headers are too large fails', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(`${head}X-Large: ${'x'.repeat(100_000)}\r\n\r\n`);
    });
    expect(await openClient().send(requestTo(receiver.origin))).toMatchObject({ outcome: 'failed', class: 'http' });
  });
});

describe('a connection', () => {
  test('that is refused fails as connect', async () => {
    // Port 1 (tcpmux): nothing that runs this listens there.
    expect(await openClient().send(requestTo('http://127.0.0.1:1/'))).toMatchObject({
      outcome: 'failed',
      class: 'connect',
      message: 'no connection (ECONNREFUSED)',
      address: '127.0.0.1',
    });
  });

  test('that is reset before an answer fails as http', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.resetAndDestroy();
    });
    expect(await openClient().send(requestTo(receiver.origin))).toMatchObject({
      outcome: 'failed',
      class: 'http',
      address: '127.0.0.1',
    });
  });

  test.each([
    ['is reset in the middle of a body', 'Content-Length: 100\r\n\r\nhalf'],
    ['is closed before the promised length', 'Content-Length: 100\r\n\r\nshort'],
    ['is closed before the last chunk', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ])('that %s fails as http', async (_, rest) => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(head + rest, () => (rest.endsWith('half') ? socket.resetAndDestroy() : socket.end()));
    });
    expect(await openClient().send(requestTo(receiver.origin))).toMatchObject({ outcome: 'failed', class: 'http' });
  });

  test.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['has two different lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    [
      'has a length and chunks',
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    ],
    ['has a broken chunk', `${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`],
    ['has a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('whose answer %s fails as http', async (_, message) => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(message);
    });
    expect(await openClient().send(requestTo(receiver.origin))).toMatchObject({ outcome: 'failed', class: 'http' });
  });

  test('on which more comes than the promised length gives the promised part and is not used again', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(`${head}Content-Length: 2\r\n\r\nok${head}Content-Length: 4\r\n\r\nevil`);
    });
    const client = openClient();
    for (let sent = 1; sent <= 2; sent += 1) {
      const answer = answerOf(await client.send(requestTo(receiver.origin)));
      expect(Buffer.from(answer.body).toString()).toBe('ok');
      expect(receiver.connections).toHaveLength(sent);
    }
  });
});
