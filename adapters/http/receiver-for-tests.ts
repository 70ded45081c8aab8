import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { certificateForTests } from './certificate-for-tests.ts';
import type { Exchange } from './exchange.ts';
import { createOutboundClient, type OutboundClient, type OutboundSettings } from './outbound-client.ts';
import type { OutboundRequest } from './outbound-request.ts';

/** A server on loopback that lives as long as the test; `closed` has a promise for the end of each connection. */
export type Receiver = { port: number; origin: string; connections: Socket[]; closed: Promise<unknown>[] };

/** Starts a server that answers HTTP. */
export function startReceiver(answer: RequestListener): Promise<Receiver> {
  return listen(createHttpServer(answer), 'http');
}

/** Starts a server that answers HTTPS with a certificate of its own making. */
export function startSecureReceiver(answer: RequestListener): Promise<Receiver> {
  return listen(createHttpsServer(certificateForTests, answer), 'https');
}

/** Starts a server that speaks whatever it likes, once it has seen the beginning of a request. */
export function startRawReceiver(speak: (socket: Socket) => void): Promise<Receiver> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => speak(socket));
  });
  return listen(server, 'http');
}

async function listen(server: Server, scheme: string): Promise<Receiver> {
  const connections: Socket[] = [];
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    connections.push(socket);
    closed.push(new Promise((resolve) => socket.on('close', resolve)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return { port: address.port, origin: `${scheme}://127.0.0.1:${address.port}`, connections, closed };
}

/** Makes a client that may use http and loopback, and closes it after the test. */
export function openClient(settings: Partial<OutboundSettings> = {}): OutboundClient {
  const loopback = { allowHttp: true, allowedCidrs: ['127.0.0.0/8'], now: () => performance.now() };
  const client = createOutboundClient({ ...loopback, ...settings });
  onTestFinished(() => client.close());
  return client;
}

/** A request with little in it; the deadline is far away unless the test is about deadlines. */
export function requestTo(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: 'POST', url, headers: [], body: '{}', timeoutMs: 5000, ...more };
}

/** The answer within an exchange; throws where there is none, so that the test shows why. */
export function answerOf(exchange: Exchange): Exchange & { outcome: 'answered' } {
  if (exchange.outcome === 'answered') return exchange;
  throw new Error(`no answer: ${exchange.class}, ${exchange.message}`);
}
