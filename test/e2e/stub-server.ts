import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a stub answers; without a body for what it does not know. */
type StubAnswer = { status?: number; headers?: Record<string, string>; json?: unknown };

/** A call as a stub sees it. */
export type StubCall = { method: string; path: string; query: URLSearchParams; bearer: string; form: URLSearchParams };

/** A server that is no Feedbridge, and answers as it is told. */
export type StubServer = { origin: string; close(): Promise<void> };

/** Opens one on a free port; what `answer` throws ends the connection without an answer. */
export async function openStubServer(answer: (call: StubCall, origin: string) => StubAnswer): Promise<StubServer> {
  let origin = '';
  const server = createServer(async (request, response) => {
    const call = await readCall(request);
    try {
      const { status = 200, headers = {}, json = {} } = answer(call, origin);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  origin = `http://127.0.0.1:${address.port}`;
  return {
    origin,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function readCall(request: IncomingMessage): Promise<StubCall> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub');
  const bearer = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const form = new URLSearchParams(await text(request));
  return { method: request.method ?? 'GET', path: pathname, query: searchParams, bearer, form };
}
