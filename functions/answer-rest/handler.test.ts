import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { Role } from '../../core/access/role.ts';
import { ProjectDocument } from '../../core/document/schema.ts';
import type { HttpRequest } from '../kit/http.ts';
import { type Route, routes } from '../routes.ts';
import { answerRest } from './handler.ts';

const workflows = [{ key: 'default', name: 'Default', statuses: [{ key: 'New', team: 'support' }] }];
const document = ProjectDocument.parse({
  project: { key: 'apollo', name: 'Apollo' },
  feedbackTypes: [{ key: 'ideas', name: 'Idea', idPrefix: 'IDEA', idDigits: 4, fields: [], workflows }],
  externalSources: [
    {
      key: 'webform',
      name: 'Form',
      feedbackType: 'ideas',
      aliases: ['old'],
      allowedOrigins: ['https://forms.example.com'],
    },
    { key: 'app', name: 'App', feedbackType: 'ideas' },
  ],
});
const at = '2026-11-21T00:00:00.000Z';
const pointer = {
  key: 'apollo',
  name: 'Apollo',
  version: 1,
  etag: 'e',
  document: 'd',
  parts: 1,
  idPrefixes: {},
  createdAt: at,
  updatedAt: at,
};
const asked: string[] = [];
const readConfiguration = async (project: string): Promise<Configuration | undefined> => {
  asked.push(project);
  return project === 'apollo' ? { pointer, document, variables: {} } : undefined;
};

const answer = answerRest({
  readConfiguration,
  apiOrigin: 'https://api.example.com',
  signIn: { issuer: 'https://login.example.com', clientId: 'people' },
  readFiles: async () =>
    new Map([['swagger-ui.css', { body: Buffer.from('packed'), contentType: 'text/css', freshSeconds: 60 }]]),
});

describe('an unknown path', () => {
  test.each([
    '/',
    '//',
    '/docs/',
    '/openapi.json/',
    '/admin/v1/nothing',
    '/api/v1/projects/apollo/feedback/',
    '/%zz',
    '/%',
  ])('%s is answered with exactly the contract’s 404', async (path) => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
      const reply = await answer(request(method, path));
      expect(reply).toEqual({
        status: 404,
        json: { status: 404, description: 'The requested resource could not be found.' },
      });
    }
  });
});

describe('a method that a path does not have', () => {
  test('is refused with those that it has', async () => {
    const reply = await answer(request('DELETE', '/admin/v1/projects/apollo/document'));
    expect(reply.status).toBe(405);
    expect(reply.headers).toEqual({ allow: 'GET, PUT' });
    expect(reply.json).toEqual({ status: 405, description: 'This address takes GET, PUT, not DELETE.' });
  });

  test('is refused with OPTIONS among them where preflights are answered', async () => {
    const reply = await answer(request('GET', '/api/v1/projects/apollo/feedback/webform'));
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
  });

  test.each(['HEAD', 'TRACE', 'PROPFIND', 'get'])('is refused for %s as for any other', async (method) => {
    expect(await answer(request(method, '/docs'))).toMatchObject({ status: 405, headers: { allow: 'GET' } });
  });
});

describe('a preflight', () => {
  const source = '/api/v1/projects/apollo/feedback/webform';

  test('allows the origins that the source allows', async () => {
    const reply = await answer(request('OPTIONS', source, { origin: 'https://forms.example.com' }));
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://forms.example.com',
      'access-control-allow-methods': 'POST',
      vary: 'Origin',
    });
  });

  test('allows the same for a former key of the source', async () => {
    const reply = await answer(
      request('OPTIONS', source.replace('webform', 'old'), { origin: 'https://forms.example.com' }),
    );
    expect(reply.headers).toHaveProperty('access-control-allow-origin');
  });

  test.each([
    ['another origin', source, 'https://evil.example.com'],
    ['a source without allowed origins', source.replace('webform', 'app'), 'https://forms.example.com'],
    ['an unknown source', source.replace('webform', 'nothing'), 'https://forms.example.com'],
    ['an unknown project', source.replace('apollo', 'nothing'), 'https://forms.example.com'],
    ['a path that is not for pages of other origins', '/admin/v1/projects/apollo', 'https://forms.example.com'],
  ])('allows nothing for %s, and is no error', async (_, path, origin) => {
    const reply = await answer(request('OPTIONS', path, { origin }));
    expect(reply.status).toBe(204);
    expect(Object.keys(reply.headers ?? {}).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  test('asks the table for nothing that cannot be the key of a project', async () => {
    asked.length = 0;
    for (const project of ['%2e%2e', 'Apollo', 'a'.repeat(5_000), '\u0000', 'é']) {
      expect(await answer(request('OPTIONS', source.replace('apollo', project)))).toMatchObject({ status: 204 });
    }
    expect(asked).toEqual([]);
  });
});

describe('the API’s description', () => {
  test('is JSON that names the API’s own address', async () => {
    const reply = await answer(request('GET', '/openapi.json'));
    expect(reply).toMatchObject({ status: 200, raw: { contentType: 'application/json' } });
    expect(JSON.parse(String(reply.raw?.body))).toMatchObject({ servers: [{ url: 'https://api.example.com' }] });
  });

  test('is a page that runs our own files and nothing else', async () => {
    const reply = await answer(request('GET', '/docs'));
    const policy = reply.headers?.['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const page = String(reply.raw?.body);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc="\/docs\/)/);
    expect(page).not.toMatch(/\son\w+=|style=/);
  });

  test('is not sent again to whom has it', async () => {
    for (const path of ['/docs', '/openapi.json', '/docs/swagger-ui.css']) {
      const etag = (await answer(request('GET', path))).headers?.etag ?? '';
      const reply = await answer(request('GET', path, { 'if-none-match': `"other", W/${etag}` }));
      expect(reply.status).toBe(304);
      expect(reply.raw).toBeUndefined();
    }
  });

  test('has files that stay fresh for a while, and no others', async () => {
    const known = await answer(request('GET', '/docs/swagger-ui.css'));
    expect(known.headers).toMatchObject({ 'cache-control': 'public, max-age=60', 'x-content-type-options': 'nosniff' });
    for (const file of ['..', 'index.mjs', '%2e%2e%2findex.mjs', 'constructor', '__proto__']) {
      expect((await answer(request('GET', `/docs/${file}`))).status).toBe(404);
    }
  });
});

test('answers any path and method without a fault', async () => {
  const segment = fc.oneof(
    fc.constantFrom(
      '',
      '.',
      '..',
      '%zz',
      '%2f',
      'admin',
      'api',
      'v1',
      'projects',
      'apollo',
      'feedback',
      'webform',
      'docs',
    ),
    fc.string({ unit: 'binary' }),
  );
  const known = fc.constantFrom(...Object.values<Route>(routes).map(({ path }) => path));
  const path = fc.oneof(
    fc.array(segment).map((segments) => `/${segments.join('/')}`),
    known,
  );
  const method = fc.oneof(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'), fc.string());
  await fc.assert(
    fc.asyncProperty(method, path, async (anyMethod, anyPath) => {
      const reply = await answer(request(anyMethod, anyPath));
      expect([200, 204, 404, 405]).toContain(reply.status);
      if (reply.status === 405) expect(reply.headers?.allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
    }),
  );
});

function request(method: string, path: string, headers: Record<string, string> = {}): HttpRequest {
  return {
    id: 'request-1',
    routeKey: '$default',
    method,
    address: '127.0.0.1',
    path,
    parameters: {},
    rawQuery: '',
    query: new URLSearchParams(),
    headers,
    body: new Uint8Array(),
    claims: {},
    note: () => {},
    alsoAnswer: () => {},
  };
}

test('tools learn where to sign in, and with which client', async () => {
  const reply = await answer(request('GET', '/.well-known/oauth-protected-resource'));
  expect(reply).toMatchObject({ status: 200, raw: { contentType: 'application/json' } });
  expect(JSON.parse(String(reply.raw?.body))).toEqual({
    resource: 'https://api.example.com',
    authorization_servers: ['https://login.example.com'],
    scopes_supported: Role.options.map((role) => `feedbridge/${role}`),
    bearer_methods_supported: ['header'],
    feedbridge_client_id: 'people',
  });
});
