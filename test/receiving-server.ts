import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a receiver saw it. */
export type Received = { method: string; path: string; headers: IncomingMessage['headers']; body: string };

/** A receiver on loopback that keeps what it got and answers as told. */
export type ReceivingServer = {
  origin: string;
  received: Received[];
  /** Resolves once what has come fulfils a condition. */
  until(holds: (received: readonly Received[]) => boolean): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a receiver; `answer` sees each request and its place, from 1. */
export async function startReceivingServer(
  answer: (response: ServerResponse, place: number, request: Received) => void = (response) => response.end('ok'),
  port = 0,
): Promise<ReceivingServer> {
  const received: Received[] = [];
  const waiting: { holds: (received: readonly Received[]) => boolean; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    received.push(seen);
    for (const { holds, resolve } of waiting) if (holds(received)) resolve();
    answer(response, received.length, seen);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${portOf(server.address())}`,
    received,
    until: (holds) => new Promise((resolve) => (holds(received) ? resolve() : waiting.push({ holds, resolve }))),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
