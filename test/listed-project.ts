import { type AdminCaller, admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { fixedClock } from './seeded.ts';

/** A project with so many issues and ideas, the first `critical` of the issues telling Slack. */
export async function projectWithReports(
  engines: TestEngines,
  counts: { issues: number; ideas?: number; critical?: number },
) {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table);
  const clock = fixedClock();
  const { send } = receiver(engines, seeded, clock);
  for (let place = 0; place < counts.issues; place += 1) {
    clock.advance(1_000);
    await send({ summary: `Issue ${place}`, ...(place < (counts.critical ?? 0) ? { severity: 'Critical' } : {}) });
  }
  for (let place = 0; place < (counts.ideas ?? 0); place += 1) {
    const headers = { 'x-api-key': seeded.keyOf('web') };
    await send({ title: `Idea ${place}`, email: 'jim@example.com', state: 'New' }, { source: 'webform', headers });
  }
  return {
    ...seeded,
    clock,
    path: `/projects/${seeded.project}`,
    call: admin(engines, `${seeded.project}/admin`, clock).asAdministrator,
  };
}

/** Reads a list page by page, following its cursors. */
export async function readPages(call: AdminCaller, path: string): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? '' : `${path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    const { json } = await call('GET', `${path}${more}`);
    const page = Object(json);
    pages.push(page.items.map((item: { id: string }) => item.id));
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 50);
  return pages;
}
