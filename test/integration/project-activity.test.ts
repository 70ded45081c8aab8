import { expect } from 'vitest';
import * as z from 'zod';
import type { TestEngines } from '../engines.ts';
import { test } from '../engines.ts';
import { listenerProject } from '../listener-project.ts';

const Page = z.object({
  items: z.array(z.looseObject({ at: z.string(), apiKey: z.string(), project: z.string(), outcome: z.string() })),
  cursor: z.string().optional(),
});

let projects = 0;

/**
 * A project in which two keys were used over three days: by turns, a report and a listener that finds nothing. Its keys and
 * request ids are those of other projects, so that each begins some milliseconds later.
 */
async function busyProject(engines: TestEngines) {
  const made = await listenerProject(engines);
  projects += 1;
  made.clock.advance(projects * 17);
  const since = new Date(made.clock.now()).toISOString();
  for (let turn = 0; turn < 6; turn += 1) {
    made.clock.advance(12 * 3_600_000);
    await made.report({ summary: turn === 2 ? '' : 'It broke again' });
    made.clock.advance(1_000);
    await made.fire('jiradata', { key: 'APO-9' }, { find: 'BUG-9999' });
  }
  const list = async (query = '') => Page.parse(await made.get(`/activity?since=${since}${query}`));
  const listAll = async (limit: number) => {
    const found: z.infer<typeof Page>['items'] = [];
    let page = await list(`&limit=${limit}`);
    found.push(...page.items);
    while (page.cursor !== undefined) {
      page = await list(`&limit=${limit}&cursor=${encodeURIComponent(page.cursor)}`);
      found.push(...page.items);
    }
    return found;
  };
  return { ...made, list, listAll };
}

test('what crossed in a project is listed newest first, with every key that its document names, and of no other project', async ({
  engines,
}) => {
  const [own, other] = [await busyProject(engines), await busyProject(engines)];
  const items = await own.listAll(200);
  expect(new Set(items.map(({ project }) => project))).toEqual(new Set([own.project]));
  expect(items.map(({ apiKey }) => apiKey)).toEqual(Array.from({ length: 6 }, () => ['jira', 'mobile']).flat());
  const times = items.map(({ at }) => at);
  expect(times).toEqual(times.toSorted().reverse());
  expect(await other.listAll(200)).toHaveLength(12);
});

test('pages of any size hold every entry of a project’s activity once', async ({ engines }) => {
  const { listAll } = await busyProject(engines);
  const all = await listAll(200);
  expect(all).toHaveLength(12);
  for (const limit of [1, 5]) expect(await listAll(limit)).toEqual(all);
});

test('activity is narrowed to an outcome, and to what happened since an instant', async ({ engines }) => {
  const { list, clock, get } = await busyProject(engines);
  const accepted = await list('&outcome=accepted');
  expect(accepted.items.length).toBeGreaterThan(0);
  expect(new Set(accepted.items.map(({ outcome, apiKey }) => `${outcome} ${apiKey}`))).toEqual(
    new Set(['accepted mobile']),
  );
  const lately = new Date(clock.now() - 12 * 3_600_000 - 1_000).toISOString();
  const recent = Page.parse(await get(`/activity?since=${lately}`));
  expect(recent.items.map(({ apiKey }) => apiKey)).toEqual(['jira', 'mobile', 'jira']);
  expect(recent.cursor).toBeUndefined();
  expect(await get('/activity?since=yesterday')).toMatchObject({ status: 400, errors: [{ parameter: 'since' }] });
});

test('a cursor of one project’s activity is refused in another', async ({ engines }) => {
  const [own, other] = [await busyProject(engines), await busyProject(engines)];
  const { cursor = '' } = await own.list('&limit=1');
  expect(
    await other.get(`/activity?limit=1&since=2026-11-21T00:00:00Z&cursor=${encodeURIComponent(cursor)}`),
  ).toMatchObject({ status: 400 });
});
