import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Answerer } from './front-door.ts';

const root = '/examples/upload';
const folder = join(import.meta.dirname, '..', 'examples', 'upload');

/**
 * What the page may do. Uppy needs no more than this: the API is the page's own origin, the bucket has a port of its own,
 * and at `data:` Uppy finds the answers that no server gives it (see examples/upload/feedbridge-uploader.ts).
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self' http://127.0.0.1:* data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

type Asset = { contentType: string; read: () => Promise<string> };

/** Answers the example page that uploads files and what it loads; bundles its code when it is asked for first. */
export function createExamplePage(): Answerer {
  let bundled: Promise<string> | undefined;
  const bundleOnce = () => {
    bundled ??= bundle().catch((error: unknown) => {
      // Whoever mends the page need not start the stack again.
      bundled = undefined;
      throw error;
    });
    return bundled;
  };
  const page: Asset = { contentType: 'text/html', read: () => readFile(join(folder, 'index.html'), 'utf8') };
  const assets: Record<string, Asset> = {
    [root]: page,
    [`${root}/`]: page,
    [`${root}/page.css`]: { contentType: 'text/css', read: () => readFile(join(folder, 'page.css'), 'utf8') },
    [`${root}/page.js`]: { contentType: 'text/javascript', read: bundleOnce },
  };
  return ({ method, url = '' }, response) => {
    const [path = ''] = url.split('?');
    const asset = Object.hasOwn(assets, path) ? assets[path] : undefined;
    if (asset === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    void answer(response, asset);
    return true;
  };
}

async function answer(response: ServerResponse, { contentType, read }: Asset): Promise<void> {
  try {
    const content = await read();
    response.writeHead(200, { ...headers, 'content-type': `${contentType}; charset=utf-8` }).end(content);
  } catch (error) {
    response.writeHead(500, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(String(error));
  }
}

async function bundle(): Promise<string> {
  // Only here, so that a start loads nothing that only this page needs.
  const { build, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [join(folder, 'page.ts')],
      bundle: true,
      format: 'esm',
      target: 'es2022',
      sourcemap: 'inline',
      write: false,
      logLevel: 'silent',
    });
    return outputFiles.map(({ text }) => text).join('');
  } finally {
    // Its process would stay otherwise.
    await stop();
  }
}
