import fc from 'fast-check';
import { expect } from 'vitest';
import { ErrorBody } from '../../core/reply-errors.ts';
import { routes } from '../../functions/routes.ts';
import { admin } from '../admin.ts';
import { test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';

const adminRoutes = Object.values(routes).filter(({ handledBy }) => handledBy === 'admin-api');

const oddText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    '\0',
    '%00',
    '..',
    '.',
    '{project}',
    '__proto__',
    'constructor',
    'BUG-0001',
    'jira',
    '*',
    "'",
    '😀',
    '\u202e',
  ),
  fc.integer({ min: 1, max: 2_500 }).map((length) => 'x'.repeat(length)),
);
const queries = fc.dictionary(
  fc.constantFrom(
    'limit',
    'cursor',
    'order',
    'feedbackType',
    'outcome',
    'ticket',
    'member',
    'macro',
    'action',
    'members',
    'dryRun',
    'force',
    'filter',
  ),
  fc.oneof(oddText, fc.constantFrom('', '0', '1', '201', 'true', 'desc', 'NaN', 'null', '[]')),
  { maxKeys: 4 },
);
const bodies = fc.oneof(
  fc.json(),
  fc.jsonValue({ maxDepth: 3 }),
  oddText,
  fc.record({ tickets: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()) }),
  fc.record({ value: fc.jsonValue(), hosts: fc.jsonValue() }),
  fc.record({ prefix: fc.jsonValue(), name: fc.jsonValue() }),
  fc.record({ project: fc.jsonValue(), members: fc.jsonValue(), feedbackTypes: fc.jsonValue() }),
  fc.constantFrom('"\\ud800"', `${'['.repeat(30)}${']'.repeat(30)}`, '{"value":1e999}', '{"a":1,"a":2}'),
);
const headers = fc.dictionary(
  fc.constantFrom('content-type', 'accept', 'if-match'),
  fc.oneof(
    fc.constantFrom('application/json', 'application/yaml', 'text/plain', '*', '"1-x"', '', ';;,', 'a/b;q=x'),
    fc.string(),
  ),
);

test('whatever is sent, the answer is a 2xx or a well-formed 4xx', { timeout: 120_000 }, async ({ engines }) => {
  await seedKeys(engines.table);
  const { project } = await seedProject(engines.table);
  const { asAdministrator, observer } = admin(engines, project);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...adminRoutes),
      fc.array(oddText, { minLength: 3, maxLength: 3 }),
      fc.boolean(),
      queries,
      fc.option(bodies, { nil: undefined }),
      headers,
      async (route, segments, inProject, query, body, given) => {
        const values = inProject ? [project, ...segments] : segments;
        const path = route.path
          .replace('/admin/v1', '')
          .replaceAll(/\{\w+\}/g, () => encodeURIComponent(values.shift() ?? 'x'));
        const text = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
        const request = { headers: given, ...text };
        const answer = await asAdministrator(route.method, `${path}?${new URLSearchParams(query)}`, request);
        expect(answer.status).toBeLessThan(500);
        if (answer.status < 300) return;
        expect(ErrorBody.strict().parse(answer.json).status).toBe(answer.status);
      },
    ),
    { numRuns: 1_500 },
  );
  expect(observer.lines.filter(({ error }) => error !== undefined)).toEqual([]);
});
