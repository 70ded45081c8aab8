import { Agent, type IncomingMessage, request as open } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { LocalJson } from '../../local/stack-options.ts';
import type { FuzzAnswer } from './fuzz-answers.ts';
import type { FuzzRequest } from './fuzz-requests.ts';

/** Sends requests to a running stack as they are; whoever has claims is its administrator where people sign in. */
export function openHttp({ api, token }: LocalJson) {
  const { hostname, port } = new URL(api);
  const agent = new Agent({ keepAlive: true });
  return {
    close: () => agent.destroy(),
    send: ({ method, target: path, headers, body, caller }: FuzzRequest) =>
      new Promise<FuzzAnswer>((resolve, reject) => {
        const isSignedIn = caller !== undefined && path.startsWith('/admin/');
        const authorisation = !isSignedIn ? [] : ['authorization', `Bearer ${token}`];
        const rest = headers.filter(([name]) => !isSignedIn || name !== 'authorization').flat();
        const length = ['host', `${hostname}:${port}`, 'content-length', String(body.length)];
        const sent = open({ agent, hostname, port, method, path, headers: [...length, ...rest, ...authorisation] });
        // The server may answer and close before it has read a body that is too large.
        sent.once('error', reject);
        sent.once('response', (response: IncomingMessage) => {
          buffer(response).then((content) => {
            const pairs = Object.entries(response.headers).map(([name, value]): [string, string] => [
              name,
              String(value),
            ]);
            resolve({ status: response.statusCode ?? 0, headers: pairs, body: content });
          }, reject);
        });
        sent.end(body);
      }),
  };
}
