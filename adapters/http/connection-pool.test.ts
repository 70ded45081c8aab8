import { describe, expect, test } from 'vitest';
import { certificateForTests } from './certificate-for-tests.ts';
import { createConnectionPool } from './connection-pool.ts';
import {
  answerOf,
  openClient,
  requestTo,
  startRawReceiver,
  startReceiver,
  startSecureReceiver,
} from './receiver-for-tests.ts';

const resolve = async () => [{ address: '127.0.0.1', family: 4 }];

describe('a connection', () => {
  test('is used again for the same host', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.end('ok');
    });
    const client = openClient();
    const first = answerOf(await client.send(requestTo(receiver.origin)));
    const second = answerOf(await client.send(requestTo(receiver.origin, { method: 'GET', body: undefined })));
    expect(receiver.connections).toHaveLength(1);
    expect(first.timings).toHaveProperty('connectMs');
    expect(second.timings).not.toHaveProperty('connectMs');
    expect(second.address).toBe('127.0.0.1');
  });

  test('is used again over TLS', async () => {
    const receiver = await startSecureReceiver((_request, response) => {
      response.end('ok');
    });
    const client = openClient({ resolve, ca: certificateForTests.cert });
    const url = `https://hooks.example:${receiver.port}/`;
    await client.send(requestTo(url));
    expect(answerOf(await client.send(requestTo(url))).timings).not.toHaveProperty('tlsMs');
    expect(receiver.connections).toHaveLength(1);
  });

  test('is not shared by two names at one address', async () => {
    const receiver = await startReceiver((_request, response) => {
      response.end('ok');
    });
    const client = openClient({ resolve });
    await client.send(requestTo(`http://one.example:${receiver.port}/`));
    await client.send(requestTo(`http://two.example:${receiver.port}/`));
    expect(receiver.connections).toHaveLength(2);
  });

  test('that has been idle for 4 s by the clock is not used, even if no timer ran meanwhile', async () => {
    let time = 0;
    const receiver = await startReceiver((_request, response) => {
      response.end('ok');
    });
    const client = openClient({ now: () => time });
    await client.send(requestTo(receiver.origin));
    time = 3999;
    await client.send(requestTo(receiver.origin));
    expect(receiver.connections).toHaveLength(1);
    time = 7999;
    expect(await client.send(requestTo(receiver.origin))).toMatchObject({ outcome: 'answered' });
    expect(receiver.connections).toHaveLength(2);
  });

  test('is closed where the receiver answered without taking the request in', async () => {
    const receiver = await startRawReceiver((socket) => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
    });
    const body = Buffer.alloc(50_000_000);
    expect(answerOf(await openClient().send(requestTo(receiver.origin, { body }))).status).toBe(413);
    for (const socket of receiver.connections) socket.resume();
    await Promise.all(receiver.closed);
  });

  test.each(['http:', 'https:'])('over %s may take 2.5 s at one address before the next is tried', (protocol) => {
    const pool = createConnectionPool({ now: () => 0 });
    expect(pool.agentFor(protocol)).toMatchObject({
      options: { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 2500 },
    });
    pool.close();
  });

  test('serves many requests at once without mixing their answers', async () => {
    const receiver = await startReceiver((request, response) => {
      response.end(request.url);
    });
    const client = openClient();
    const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
    const exchanges = await Promise.all(paths.map((path) => client.send(requestTo(receiver.origin + path))));
    expect(exchanges.map((exchange) => Buffer.from(answerOf(exchange).body).toString())).toEqual(paths);
  });
});
