import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { maxResponseBytes } from './exchange.ts';
import { answerOf, openClient, requestTo, startRawReceiver, startReceiver } from './receiver-for-tests.ts';

/** A chunk of what a receiver pours out; a multiple of it is what the client may have in hand beyond its cap. */
const chunk = Buffer.alloc(65_536, 'x');

/** The sockets that clients open while the test runs, for what they took from the network. */
function watchClientSockets(): Socket[] {
  const sockets: Socket[] = [];
  const note = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    if (message.socket instanceof Socket) sockets.push(message.socket);
  };
  subscribe('net.client.socket', note);
  onTestFinished(() => {
    unsubscribe('net.client.socket', note);
  });
  return sockets;
}

/** Writes up to so many bytes, as fast as they are taken, and counts them. */
function pour(response: ServerResponse, bytes: number): { poured: number } {
  const supply = { poured: 0 };
  const write = () => {
    if (response.destroyed) return;
    if (supply.poured >= bytes) {
      response.end();
      return;
    }
    supply.poured += chunk.byteLength;
    response.write(chunk, write);
  };
  write();
  return supply;
}

/** Says the same for as long as somebody listens. */
function flood(socket: Socket, text: string): void {
  const go = () => {
    if (!socket.destroyed) socket.write(text, go);
  };
  go();
}

describe('a 1 GB and an endless response both end at the cap within the deadline', () => {
  test.each([
    ['1 GB with its length', 1024 ** 3, { 'Content-Length': String(1024 ** 3) }],
    ['1 GB in chunks', 1024 ** 3, {}],
    ['endless', Number.POSITIVE_INFINITY, {}],
  ])(
    '%s: 256 KiB are kept, under 1 MiB is taken, and the receiver is left in the middle of its answer',
    async (_, bytes, headers) => {
      const sockets = watchClientSockets();
      const supplies: { poured: number }[] = [];
      const receiver = await startReceiver((_request, response) => {
        response.writeHead(200, headers);
        supplies.push(pour(response, bytes));
      });
      const answer = answerOf(await openClient().send(requestTo(receiver.origin, { timeoutMs: 30_000 })));
      expect(answer).toMatchObject({ status: 200, truncated: true });
      expect(answer.body.byteLength).toBe(maxResponseBytes);
      expect(sockets).toHaveLength(1);
      expect(sockets[0]?.destroyed).toBe(true);
      expect(sockets[0]?.bytesRead).toBeLessThan(1024 ** 2);
      await Promise.all(receiver.closed);
      // The rest lies in the system's buffers, which hold some megabytes.
      expect(supplies[0]?.poured).toBeLessThan(1024 ** 3 / 2);
    },
  );

  test('an endless one that comes with an error status is cut as well', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.writeHead(500);
      pour(response, Number.POSITIVE_INFINITY);
    });
    const answer = answerOf(await openClient().send(requestTo(receiver.origin, { timeoutMs: 30_000 })));
    expect(answer).toMatchObject({ status: 500, truncated: true });
    await Promise.all(receiver.closed);
  });

  test('one that never reaches the cap ends at the deadline, however often a byte comes', async () => {
    const sockets = watchClientSockets();
    const receiver = await startReceiver((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const exchange = await openClient().send(requestTo(receiver.origin, { timeoutMs: 200 }));
    expect(exchange).toMatchObject({ class: 'timeout', message: 'no complete answer within 0.2 s' });
    expect(sockets[0]?.destroyed).toBe(true);
    await Promise.all(receiver.closed);
  });
});

describe('what comes without end before or after a body', () => {
  test('such as interim answers is given up at the hundredth', async () => {
    const sockets = watchClientSockets();
    const receiver = await startRawReceiver((socket) => {
      flood(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(1_000));
    });
    const exchange = await openClient().send(requestTo(receiver.origin, { timeoutMs: 30_000 }));
    expect(exchange).toMatchObject({
      outcome: 'failed',
      class: 'http',
      message: 'more than 100 interim answers (1xx) and no real one',
    });
    expect(sockets[0]?.bytesRead).toBeLessThan(1024 ** 2);
    await Promise.all(receiver.closed);
  });

  test.each([
    ['header lines', 'HTTP/1.1 200 OK\r\n', 'X-Flood: yes\r\n'],
    ['one header', 'HTTP/1.1 200 OK\r\nX-Flood: ', 'x'],
    ['trailers', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'X-Flood: yes\r\n'],
    ['a chunk extension', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=', 'x'],
    ['a reason phrase', 'HTTP/1.1 200 ', 'x'],
  ])('such as %s is given up long before the deadline, and little of it is taken', async (_, start, more) => {
    const sockets = watchClientSockets();
    const receiver = await startRawReceiver((socket) => {
      socket.write(start);
      flood(socket, more.repeat(10_000));
    });
    const exchange = await openClient().send(requestTo(receiver.origin, { timeoutMs: 30_000 }));
    expect(exchange).toMatchObject({ outcome: 'failed', class: 'http' });
    expect(sockets[0]?.bytesRead).toBeLessThan(1024 ** 2);
    await Promise.all(receiver.closed);
  });
});
