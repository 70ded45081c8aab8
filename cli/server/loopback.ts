import { createServer, type Server } from 'node:http';
import { Failure } from '../failure.ts';

/** Where a browser comes back to (RFC 8252, 7.3). Issuers such as Cognito compare the port, so these are registered and no others. */
export const loopbackPorts = [14400, 14401, 14402] as const;

/** The address that a browser is sent back to. */
export function redirectAt(port: number): string {
  return `http://localhost:${port}/callback`;
}

/** A server that waits for a browser to come back. */
export type Loopback = {
  redirectUri: string;
  /** The address that the browser came back with. */
  arrived: Promise<URL>;
  close(): void;
};

/** Waits on the first of the ports that is free. */
export async function openLoopback(): Promise<Loopback> {
  for (const port of loopbackPorts) {
    const opened = await listen(port);
    if (opened !== undefined) return opened;
  }
  throw new Failure(
    'broken',
    `None of the ports ${loopbackPorts.join(', ')} is free, and a browser can come back to no other.`,
    {
      lines: ['Is another `feedbridge login` still waiting?'],
    },
  );
}

async function listen(port: number): Promise<Loopback | undefined> {
  const redirectUri = redirectAt(port);
  const { promise: arrived, resolve } = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    const isBack = request.method === 'GET' && url.pathname === '/callback' && url.searchParams.has('state');
    response.writeHead(isBack ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      connection: 'close',
    });
    response.end(isBack ? page : '');
    if (isBack) resolve(url);
  });
  const isListening = await bind(server, port);
  if (!isListening) return undefined;
  return {
    redirectUri,
    arrived,
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
  };
}

/** False where something else listens there; nobody but this machine reaches it. */
async function bind(server: Server, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Feedbridge</title>
<p>You can close this page: the terminal goes on.</p>
</html>
`;
