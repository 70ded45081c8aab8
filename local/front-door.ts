import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf, StartError } from './start-error.ts';

/** Answers a request, or says that it is for somebody else. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The one address of the local stack: who answers is decided once it is known. */
export type FrontDoor = {
  /** `http://127.0.0.1:N`, without a path. */
  origin: string;
  /** Sets who answers, the first that wants to; /health stays with the door. */
  open: (answerers: readonly Answerer[]) => void;
  /** From now on GET /health answers 200. */
  ready: () => void;
  close: () => Promise<void>;
};

// Above what the gateway allows, so that it is the gateway that refuses.
const maxHeaderSize = 65_536;

/** Listens on 127.0.0.1; a StartError where the port is taken. */
export async function openFrontDoor(port: number): Promise<FrontDoor> {
  let answerers: readonly Answerer[] = [];
  let isReady = false;
  const server = createServer({ maxHeaderSize }, (request, response) => {
    if (/^\/health(\?|$)/.test(request.url ?? '')) answerHealth(response, isReady);
    else if (!answerers.some((answers) => answers(request, response))) answerHealth(response, false);
  });
  server.on('clientError', refuse);
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new StartError(reasonOf(error, port), { cause: error });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    open: (given) => {
      answerers = given;
    },
    ready: () => {
      isReady = true;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerHealth(response: ServerResponse, ready: boolean): void {
  response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: ready ? 'ok' : 'starting' }));
}

/** Answers what is no HTTP, or has more headers than are read, as the gateway does. */
function refuse(error: Error, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const tooLarge = 'code' in error && error.code === 'HPE_HEADER_OVERFLOW';
  const [status, message] = tooLarge ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
  const body = JSON.stringify({ message });
  const head = [
    `HTTP/1.1 ${status} ${message}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function reasonOf(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `Port ${port} is in use; stop what listens there, or start with another --port.`;
  return `Port ${port} cannot be listened on (${messageOf(error)}).`;
}
