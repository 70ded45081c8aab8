import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './read-body.ts';
import { receiverPage } from './receiver-page.ts';

/** One request that came in. `body` is text, or Base64 where it is none. */
export type ReceivedItem = {
  at: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
};

/** Answers what is sent to /receiver or below; false for any other path. */
export type Receiver = (request: IncomingMessage, response: ServerResponse) => boolean;

const root = '/receiver';
const kept = 500;
const maxBodyBytes = 10_000_000;

/** A stand-in for the systems that webhooks go to; `nextIssue` numbers what the pretended Jira creates. */
export function createReceiver(nextIssue: () => number): Receiver {
  const items: ReceivedItem[] = [];
  return (request, response) => {
    if (!/^\/receiver(?![^/?])/.test(request.url ?? '')) return false;
    const url = new URL(request.url ?? root, 'http://receiver');
    if (url.pathname === root && (request.method === 'GET' || request.method === 'HEAD')) {
      show(request, response, items, url.searchParams.get('path') ?? '');
      return true;
    }
    receive(request, url)
      .then((item) => {
        items.unshift(item);
        items.length = Math.min(items.length, kept);
        reply(response, item, url.pathname, nextIssue);
      })
      .catch(() => response.destroy());
    return true;
  };
}

async function receive(request: IncomingMessage, { pathname, search }: URL): Promise<ReceivedItem> {
  const at = new Date().toISOString();
  const body = (await readBody(request, maxBodyBytes)) ?? Buffer.alloc(0);
  const headers = Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]);
  return {
    at,
    method: request.method ?? 'GET',
    path: pathname + search,
    headers: Object.fromEntries(headers),
    body: body.toString(isUtf8(body) ? 'utf8' : 'base64'),
  };
}

function reply(
  response: ServerResponse,
  { method, body, headers }: ReceivedItem,
  pathname: string,
  nextIssue: () => number,
): void {
  const json = (status: number, content: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  const forced = /^\/receiver\/status\/([1-5]\d\d)(\/|$)/.exec(pathname)?.[1];
  if (forced !== undefined && Number(forced) >= 200) {
    response.writeHead(Number(forced)).end();
  } else if (below(pathname, 'jira') && method === 'POST') {
    const number = nextIssue();
    const id = String(10_000 + number);
    json(201, {
      id,
      key: `${projectKeyIn(body)}-${number}`,
      self: `http://${headers.host}${root}/jira/rest/api/2/issue/${id}`,
    });
  } else if (below(pathname, 'jira') && method === 'PUT') {
    response.writeHead(204).end();
  } else if (below(pathname, 'slack')) {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
  } else {
    json(200, {});
  }
}

function show(request: IncomingMessage, response: ServerResponse, items: readonly ReceivedItem[], path: string): void {
  const shown = items.filter((item) => item.path.startsWith(path));
  if (/\bapplication\/json\b/.test(request.headers.accept ?? '')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ items: shown }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(receiverPage(shown));
}

function below(pathname: string, name: string): boolean {
  return pathname === `${root}/${name}` || pathname.startsWith(`${root}/${name}/`);
}

function projectKeyIn(body: string): string {
  return /"project"\s*:\s*\{\s*"key"\s*:\s*"([A-Z][A-Z0-9_]*)"/.exec(body)?.[1] ?? 'LOCAL';
}
