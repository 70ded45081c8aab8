import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchRoute, parseRouteKey } from './path-match.ts';

const routes = [
  'GET /docs',
  'GET /docs/{file}',
  'POST /api/v1/projects/{project}/feedback/{source}',
  'GET /admin/v1/projects/{project}',
  'GET /admin/v1/projects/special',
  'ANY /files/{path+}',
  'OPTIONS /{proxy+}',
  '$default',
].map(parseRouteKey);

function matched(method: string, path: string) {
  const match = matchRoute(routes, method, path);
  return [match?.route.routeKey, match?.pathParameters];
}

describe('matchRoute', () => {
  test.each([
    ['GET', '/docs', 'GET /docs', {}],
    ['GET', '/docs/page.css', 'GET /docs/{file}', { file: 'page.css' }],
    ['GET', '/docs/', '$default', {}],
    ['GET', '/docs/a/b', '$default', {}],
    ['POST', '/docs', '$default', {}],
    ['HEAD', '/docs', '$default', {}],
    ['OPTIONS', '/docs', 'OPTIONS /{proxy+}', { proxy: 'docs' }],
    ['OPTIONS', '/api/v1/x', 'OPTIONS /{proxy+}', { proxy: 'api/v1/x' }],
    ['OPTIONS', '/', '$default', {}],
    ['DELETE', '/files/a/b', 'ANY /files/{path+}', { path: 'a/b' }],
    ['GET', '/admin/v1/projects/special', 'GET /admin/v1/projects/special', {}],
    ['GET', '/admin/v1/projects/other', 'GET /admin/v1/projects/{project}', { project: 'other' }],
    ['GET', '/admin/v1/projects/a%2Fb%20c', 'GET /admin/v1/projects/{project}', { project: 'a/b c' }],
  ])('sends %s %s to %s', (method, path, routeKey, parameters) => {
    expect(matched(method, path)).toEqual([routeKey, parameters]);
  });

  test('finds nothing where there is no $default', () => {
    expect(matchRoute([parseRouteKey('GET /docs')], 'GET', '/other')).toBeUndefined();
  });

  test('throws a URIError for a broken percent sequence in a variable', () => {
    expect(() => matched('GET', '/docs/%zz')).toThrow(URIError);
  });

  test('gives back every value that was encoded into a path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (file) => {
        expect(matched('GET', `/docs/${encodeURIComponent(file)}`)).toEqual(['GET /docs/{file}', { file }]);
      }),
    );
  });
});
