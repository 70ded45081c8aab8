import { type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { ExchangeFailure } from '../../core/webhooks/response-verdict.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { explainError, type Progress, timeoutMessage } from './exchange-failure.ts';
import type { PreparedRequest } from './outbound-request.ts';
import type { Stopwatch, Timings } from './stopwatch.ts';
import { pinnedLookup, type ResolvedAddress } from './vetted-host.ts';

/** How much of an answer is read; the rest is never taken from the network. */
export const maxResponseBytes = 256 * 1024;

/** Interim answers (1xx) before the real one; a receiver that floods us with them is given up without waiting for the deadline. */
const maxInterimAnswers = 100;

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

/** Sends one request to a vetted address and reads the answer; resolves whatever the network does. */
export function runExchange(order: ExchangeOrder): Promise<Exchange> {
  return new Promise((resolve) => {
    const { deadline, stopwatch } = order;
    const [first] = order.addresses;
    const progress: Progress = {
      phase: 'connect',
      // The one that is dialled first, until a connection says which it is.
      address: first?.address ?? '',
      interim: 0,
      hasAnswered: () => true,
      isComplete: () => false,
    };
    const wire = openRequest(order);

    const settle = (exchange: Exchange, keepsConnection: boolean) => {
      deadline.removeEventListener('abort', expire);
      if (!keepsConnection) wire.destroy();
      resolve(exchange);
    };
    const fail = (failure: { class: ExchangeFailure; message: string }) => {
      const { address } = progress;
      settle({ outcome: 'failed', ...failure, address, timings: stopwatch.read() }, false);
    };
    const expire = () => fail({ class: 'timeout', message: timeoutMessage(order.timeoutMs, progress) });
    const breakOff = (error: Error) => fail(explainError(error, progress));

    const refuseSwitch = () => fail({ class: 'http', message: 'the receiver wants to switch protocols (101)' });

    deadline.addEventListener('abort', expire);
    // What goes wrong after a whole answer (bytes beyond its length, a reset) takes nothing from it: its end settles.
    wire.on('error', (error) => {
      if (!progress.isComplete()) breakOff(error);
    });
    wire.on('socket', (socket) => followConnection(socket, order.request.url.protocol, progress, stopwatch));
    wire.on('information', () => {
      progress.interim += 1;
      if (progress.interim <= maxInterimAnswers) return;
      fail({ class: 'http', message: `more than ${maxInterimAnswers} interim answers (1xx) and no real one` });
    });
    wire.on('upgrade', (_response, socket) => {
      socket.destroy();
      refuseSwitch();
    });
    wire.on('response', (response) => {
      if (response.statusCode === 101) {
        refuseSwitch();
        return;
      }
      progress.phase = 'body';
      progress.isComplete = () => response.complete;
      stopwatch.lap('firstByteMs');
      readBody(response, breakOff, ({ body, truncated }) => {
        const { statusCode: status = 0 } = response;
        const { address } = progress;
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
  const wire = send(request.url, {
    method: request.method,
    headers: { ...request.headers },
    agent: pool.agentFor(request.url.protocol),
    lookup: pinnedLookup(addresses),
    joinDuplicateHeaders: true,
    insecureHTTPParser: false,
  });
  // Node drops what is beyond a thousand headers without a word; their bytes are limited to 16 KiB anyway.
  wire.maxHeadersCount = 0;
  return wire;
}

function followConnection(socket: Socket, protocol: string, progress: Progress, stopwatch: Stopwatch): void {
  const connected = () => {
    progress.phase = 'answer';
    if (socket.remoteAddress !== undefined) progress.address = socket.remoteAddress;
  };
  // A pooled connection is there already.
  if (!socket.connecting) {
    const { bytesRead } = socket;
    progress.hasAnswered = () => socket.bytesRead > bytesRead;
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

/** An object with a property of such a name passes for one of a class, and the table refuses those. */
const dangerousNames: ReadonlySet<string> = new Set(['constructor', '__proto__']);

function joinHeaders(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return Object.fromEntries(entries.filter(([name]) => !dangerousNames.has(name)));
}
