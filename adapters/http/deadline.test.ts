import { describe, expect, test } from 'vitest';
import { openClient, requestTo, startRawReceiver } from './receiver-for-tests.ts';

const head = 'HTTP/1.1 200 OK\r\n';

describe('the deadline', () => {
  test.each([
    ['before the headers', '', 'no answer within 0.15 s'],
    ['within the headers', head, 'no answer within 0.15 s'],
    ['within the body', `${head}Content-Length: 100\r\n\r\nhalf`, 'no complete answer within 0.15 s'],
    ['within a chunk', `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhe`, 'no complete answer within 0.15 s'],
  ])('covers a receiver that hangs %s', async (_, message, expected) => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(message);
    });
    const exchange = await openClient().send(requestTo(receiver.origin, { timeoutMs: 150 }));
    expect(exchange).toMatchObject({ outcome: 'failed', class: 'timeout', message: expected });
    await Promise.all(receiver.closed);
  });

  test('is not put off by a receiver that drips', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
      const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const exchange = await openClient().send(requestTo(receiver.origin, { timeoutMs: 150 }));
    expect(exchange).toMatchObject({ outcome: 'failed', class: 'timeout' });
    await Promise.all(receiver.closed);
  });

  test('covers a receiver that never greets back in TLS', async () => {
    const receiver = await startRawReceiver(() => undefined);
    const url = receiver.origin.replace('http:', 'https:');
    const exchange = await openClient().send(requestTo(url, { timeoutMs: 150 }));
    expect(exchange).toMatchObject({
      outcome: 'failed',
      class: 'timeout',
      message: 'no secure connection within 0.15 s',
    });
  });

  test('covers a name that is never resolved', async () => {
    const client = openClient({ resolve: () => new Promise(() => undefined) });
    const exchange = await client.send(requestTo('http://hooks.example/', { timeoutMs: 20 }));
    expect(exchange).toMatchObject({
      outcome: 'failed',
      class: 'timeout',
      message: 'the name was not resolved within 0.02 s',
    });
  });
});
