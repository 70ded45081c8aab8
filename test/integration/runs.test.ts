import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { projectWithRuns } from '../run-project.ts';

describe('a run over more targets than a page', () => {
  test('goes through the queue and closes every ticket once', async ({ engines }) => {
    const { ids, start, get, workOff, results, changesBy, path, project } = await projectWithRuns(engines, {
      tickets: 60,
    });
    const answer = await start('close', { tickets: ids });
    const { id } = Object(answer.json);
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `https://api.example.com/admin/v1${path}/runs/${id}` },
      json: { id, project, macro: 'close', kind: 'macro', state: 'counting', total: 60, done: 0 },
    });
    await workOff();
    expect(await get(id)).toMatchObject({ state: 'done', total: 60, done: 60, failed: 0, skipped: 0 });
    const all = await results(id);
    expect(all.map(({ ticket }) => ticket)).toEqual(ids);
    expect(all.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'done'));
    expect(await Promise.all(ids.map((ticket) => changesBy(id, ticket)))).toEqual(ids.map(() => 1));
  });
});
