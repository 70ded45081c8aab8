import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { ExchangeFailure } from '../../core/webhooks/response-verdict.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { PreparedRequest } from './outbound-request.ts';
import type { Stopwatch, Timings } from './stopwatch.ts';
import { errorCode, pinnedLookup, type ResolvedAddress } from './vetted-host.ts';

/** How much of an answer is read; the rest is never taken from the network. */
export const maxResponseBytes = 256 * 1024;

/** What became of a request. Headers that came several times are joined by commas; the body is as sent, never decompressed. */
export type Exchange =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      readonly truncated: boolean;
      readonly address: string;
      readonly timings: Timings;
    }
  | {
      readonly outcome: 'failed';
      readonly class: ExchangeFailure;
      readonly message: string;
      readonly address?: string;
      readonly timings: Timings;
    };

/** A request, where it may go, what carries it, and how long it may take. */
export type ExchangeOrder = {
  readonly request: PreparedRequest;
  readonly addresses: readonly ResolvedAddress[];
  readonly pool: ConnectionPool;
  readonly deadline: AbortSignal;
  readonly timeoutMs: number;
  readonly stopwatch: Stopwatch;
};

/** How far an exchange has come; it decides what an error means. */
type Phase = 'connect' | 'tls' | 'answer' | 'body';

/** Sends one request to a vetted address and reads the answer; resolves whatever the network does. */
export function runExchange(order: ExchangeOrder): Promise<Exchange> {
  return new Promise((resolve) => {
    const { deadline, stopwatch } = order;
    const progress: { phase: Phase; address?: string } = { phase: 'connect' };
    const wire = openRequest(order);

    const settle = (exchange: Exchange, keepsConnection: boolean) => {
      deadline.removeEventListener('abort', expire);
      if (!keepsConnection) wire.destroy();
      resolve(exchange);
    };
    const fail = (failure: { class: ExchangeFailure; message: string }) => {
      const address = progress.address === undefined ? {} : { address: progress.address };
      settle({ outcome: 'failed', ...failure, ...address, timings: stopwatch.read() }, false);
    };
    const expire = () => fail({ class: 'timeout', message: timeoutMessage(order.timeoutMs, progress.phase) });
    const breakOff = (error: Error) => fail(explain(error, progress.phase));

    deadline.addEventListener('abort', expire);
    wire.on('error', breakOff);
    wire.on('socket', (socket) => followConnection(socket, order.request.url.protocol, progress, stopwatch));
    wire.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail({ class: 'http', message: 'the receiver wants to switch protocols (101)' });
    });
    wire.on('response', (response) => {
      progress.phase = 'body';
      stopwatch.lap('firstByteMs');
      readBody(response, breakOff, ({ body, truncated }) => {
        const { statusCode: status = 0 } = response;
        const { address = '' } = progress;
        const answer = { status, headers: joinHeaders(response), body, truncated, address, timings: stopwatch.read() };
        // A receiver may answer before it has read the request; what is left of that would keep the connection for ever.
        settle({ outcome: 'answered', ...answer }, !truncated && wire.writableFinished);
      });
    });
    wire.end(order.request.body);
  });
}

function openRequest({ request, addresses, pool }: ExchangeOrder): ClientRequest {
  const send = request.url.protocol === 'https:' ? secureRequest : plainRequest;
  return send(request.url, {
    method: request.method,
    headers: { ...request.headers },
    agent: pool.agentFor(request.url.protocol),
    lookup: pinnedLookup(addresses),
    joinDuplicateHeaders: true,
    insecureHTTPParser: false,
  });
}

function followConnection(
  socket: Socket,
  protocol: string,
  progress: { phase: Phase; address?: string },
  stopwatch: Stopwatch,
): void {
  const connected = () => {
    progress.phase = 'answer';
    if (socket.remoteAddress !== undefined) progress.address = socket.remoteAddress;
  };
  // A pooled connection is there already.
  if (!socket.connecting) {
    connected();
    return;
  }
  socket.once('connect', () => {
    connected();
    stopwatch.lap('connectMs');
    if (protocol === 'https:') progress.phase = 'tls';
  });
  socket.once('secureConnect', () => {
    progress.phase = 'answer';
    stopwatch.lap('tlsMs');
  });
}

/** Collects the body up to the cap; an answer that ends before its promised length or its last chunk breaks off. */
function readBody(
  response: IncomingMessage,
  breakOff: (error: Error) => void,
  done: (answer: { body: Uint8Array; truncated: boolean }) => void,
): void {
  const chunks: Uint8Array[] = [];
  let received = 0;
  response.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk);
    received += chunk.byteLength;
    if (received > maxResponseBytes) {
      response.removeAllListeners('data');
      done({ body: Buffer.concat(chunks, maxResponseBytes), truncated: true });
    }
  });
  response.on('end', () => done({ body: Buffer.concat(chunks), truncated: false }));
  response.on('error', breakOff);
}

function joinHeaders(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries);
}

const failureClasses: Readonly<Record<Phase, ExchangeFailure>> = {
  connect: 'connect',
  tls: 'tls',
  answer: 'http',
  body: 'http',
};

const brokenPhases: Readonly<Record<Phase, string>> = {
  connect: 'no connection',
  tls: 'no secure connection',
  answer: 'the connection broke before an answer came, or the answer was no HTTP',
  body: 'the connection broke before the answer was complete',
};

function explain(error: Error, phase: Phase): { class: ExchangeFailure; message: string } {
  const detail = errorCode(error) ?? error.message;
  return { class: failureClasses[phase], message: `${brokenPhases[phase]} (${detail})` };
}

const awaited: Readonly<Record<Phase, string>> = {
  connect: 'no connection',
  tls: 'no secure connection',
  answer: 'no answer',
  body: 'no complete answer',
};

function timeoutMessage(timeoutMs: number, phase: Phase): string {
  return `${awaited[phase]} within ${timeoutMs / 1000} s`;
}
