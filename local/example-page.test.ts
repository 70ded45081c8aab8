import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { createExamplePage } from './example-page.ts';

/** Serves the page; what it does not answer is 404. */
async function serve(): Promise<string> {
  const answers = createExamplePage();
  const server = createServer((request, response) => {
    if (!answers(request, response)) response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}

test('serves the page and everything that it loads, all of it from where the page is', async () => {
  const origin = await serve();
  const page = await fetch(`${origin}/examples/upload?from=here`);
  const loaded = [...(await page.text()).matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path]) => path);
  expect(loaded).toEqual(['/examples/upload/page.css', '/examples/upload/page.js']);
  const answers = await Promise.all(loaded.map((path) => fetch(`${origin}${path}`)));
  const types = [page, ...answers].map(({ status, headers }) => [status, headers.get('content-type')]);
  expect(types).toEqual(['html', 'css', 'javascript'].map((type) => [200, `text/${type}; charset=utf-8`]));
});

test('lets the page run no script but its own, and no markup of anybody else', async () => {
  const policy = (await fetch(`${await serve()}/examples/upload`)).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toContain('unsafe');
});

test('leaves what is no page to others', async () => {
  const origin = await serve();
  const asked = ['/examples', '/examples/upload/page.ts', '/examples/upload/constructor', '/examples/uploads'];
  const answers = await Promise.all(asked.map((path) => fetch(`${origin}${path}`)));
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect((await fetch(`${origin}/examples/upload`, { method: 'POST' })).status).toBe(404);
});
