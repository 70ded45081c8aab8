import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../kit/http.ts';
import { type Route, routes } from '../routes.ts';
import type { AdminCall } from './call.ts';
import { describeCall } from './record-audit.ts';
import { findAdminRoute } from './routes.ts';

const changing = Object.entries<Route>(routes).filter(
  ([, { method, handledBy }]) => handledBy === 'admin-api' && method !== 'GET',
);

function callOf({ method, path }: Route): AdminCall {
  const parameters = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, `the-${name}`]));
  const request: HttpRequest = {
    ...{ id: 'r1', routeKey: `${method} ${path}`, method, address: '127.0.0.1', path, parameters },
    ...{ query: new URLSearchParams(), rawQuery: '', headers: {}, body: new Uint8Array(), claims: {} },
    ...{ note: () => undefined, alsoAnswer: () => undefined },
  };
  return { request, principal: { kind: 'person', email: 'ada@example.com', isAdministrator: true } };
}

describe('an entry of the audit', () => {
  test.each(changing)('of %s says who did it, by which route, where and to what', (name, route) => {
    expect(findAdminRoute(`${route.method} ${route.path}`)).toBeDefined();
    const entry = describeCall(callOf(route), { status: 200 }, Date.parse('2026-11-21T09:00:00Z'));
    expect(entry).toMatchObject({
      action: name,
      by: 'ada@example.com',
      at: '2026-11-21T09:00:00.000Z',
      requestId: 'r1',
    });
    expect(entry.project).toBe(route.path.includes('{project}') ? 'the-project' : undefined);
    expect(entry.object).toMatch(/^[a-z]/);
    for (const [, parameter] of route.path.matchAll(/\{(\w+)\}/g)) {
      expect(parameter === 'project' ? entry.project : entry.object).toContain(`the-${parameter}`);
    }
    expect(entry.object).not.toMatch(/[{}]/);
  });

  test.each([
    ['put-secret', undefined, { object: 'secrets/the-name' }],
    ['pause-endpoint', undefined, { object: 'endpoints/the-macro/the-action' }],
    ['put-document', undefined, { object: 'document' }],
    ['create-api-key', '/api-keys/mobile', { object: 'api-keys/mobile' }],
    ['start-run', '/projects/the-project/runs/r9', { object: 'macros/the-macro', made: 'runs/r9' }],
    ['replay-deliveries', '/projects/the-project/runs/r9', { object: 'deliveries/replay', made: 'runs/r9' }],
    ['replay-delivery', '/projects/the-project/deliveries/d2', { made: 'deliveries/d2' }],
  ] as const)('of %s names its object, and what came of it', (name, location, named) => {
    const headers = location === undefined ? {} : { location: `https://api.example.com/admin/v1${location}` };
    expect(describeCall(callOf(routes[name]), { status: 201, headers }, 0)).toMatchObject(named);
  });
});
