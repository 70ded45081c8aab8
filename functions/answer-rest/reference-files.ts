import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HttpReply, HttpRequest } from '../kit/http.ts';

/** A file as it is sent. Browsers ask each time whether it changed, unless it stays fresh for a while. */
export type ReferenceFile = {
  body: string | Uint8Array;
  contentType: string;
  freshSeconds?: number;
  headers?: Readonly<Record<string, string>>;
};

/** How long a browser uses a script or a style without asking again, in seconds. */
const freshSeconds = 3_600;

const javascript = 'text/javascript; charset=utf-8';
const gzip = { 'content-encoding': 'gzip' };

// Packed into the bundle's folder when it is built.
const packedFiles: readonly { name: string; packed: string; contentType: string; headers?: Record<string, string> }[] =
  [
    { name: 'swagger-ui-bundle.js', packed: 'swagger-ui-bundle.js.gz', contentType: javascript, headers: gzip },
    { name: 'swagger-ui.css', packed: 'swagger-ui.css.gz', contentType: 'text/css; charset=utf-8', headers: gzip },
    { name: 'favicon.png', packed: 'favicon.png', contentType: 'image/png' },
  ];

// A file of its own, because the page's policy forbids scripts within it.
const initializer: ReferenceFile = {
  body: `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`,
  contentType: javascript,
};

/** The page at /docs, which loads the files below it. */
export const referencePage: ReferenceFile = {
  body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Feedbridge API</title>
    <link rel="icon" href="/docs/favicon.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <script src="/docs/swagger-ui-bundle.js" defer></script>
    <script src="/docs/initializer.js" defer></script>
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. <a href="/openapi.json">The same for machines.</a></noscript>
  </body>
</html>
`,
  contentType: 'text/html; charset=utf-8',
  headers: {
    // What the page may load, run and call: this host and nothing else.
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'referrer-policy': 'no-referrer',
  },
};

/** Reads the files that the page loads from the folder they were packed into, by their names below /docs. */
export async function readReferenceFiles(folder: string): Promise<ReadonlyMap<string, ReferenceFile>> {
  const read = await Promise.all(
    packedFiles.map(async ({ name, packed, ...file }): Promise<[string, ReferenceFile]> => {
      return [name, { ...file, body: await readFile(join(folder, packed)), freshSeconds }];
    }),
  );
  return new Map([...read, ['initializer.js', initializer]]);
}

/** Answers with a file, or with 304 where the caller has it already. */
export function answerFile(request: HttpRequest, file: ReferenceFile): HttpReply {
  const etag = `"${createHash('sha256').update(file.body).digest('base64url').slice(0, 22)}"`;
  const cacheControl = file.freshSeconds === undefined ? 'no-cache' : `public, max-age=${file.freshSeconds}`;
  const caching = { etag, 'cache-control': cacheControl };
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return { status: 304, headers: caching };
  return {
    status: 200,
    headers: { ...caching, 'x-content-type-options': 'nosniff', ...file.headers },
    raw: { body: file.body, contentType: file.contentType },
  };
}
