import { describe, expect } from 'vitest';
import { type TestEngines, test } from '../engines.ts';
import { fileProject, keyOfForm, postForm } from '../file-project.ts';
import { macroWorker } from '../run-project.ts';

/** Three tickets: one with a stored screenshot, one whose screenshot is only expected, one without. */
async function threeTickets(engines: TestEngines) {
  const files = await fileProject(engines);
  const tickets = [await files.report(), await files.report(), await files.report()];
  const [stored, expected] = tickets;
  if (stored === undefined || expected === undefined) throw new Error('there should be three');
  await postForm(stored.screenshot.upload, 'pixels');
  await files.arrived(keyOfForm(stored.screenshot.upload));
  await files.declare(expected.screenshot.endpoint, { fileName: 'a', contentType: 'image/png', size: 1 });
  return { ...files, tickets: tickets.map(({ ticket }) => ticket) };
}

describe('a condition over files', () => {
  test.for<[string, string, string[]]>([
    ['screenshot', 'isNotEmpty', ['BUG-0001']],
    ['attachments', 'isEmpty', ['BUG-0002', 'BUG-0003']],
    ['crash-log', 'isEmpty', ['BUG-0001', 'BUG-0002', 'BUG-0003']],
  ])(
    '%s %s holds for what is stored, in explanations and in runs alike',
    async ([field, op, matching], { engines }) => {
      const { ask, project, tickets, clock } = await threeTickets(engines);
      const where = encodeURIComponent(JSON.stringify({ field, op }));
      const explained = [];
      for (const ticket of tickets) {
        const { json } = await ask('GET', `/projects/${project}/tickets/${ticket}/explain?where=${where}`);
        if (Object(json).matches) explained.push(ticket);
      }
      expect(explained).toEqual(matching);
      const body = { where: { field, op } };
      const started = await ask('POST', `/projects/${project}/macros/close/runs`, { body });
      const { id } = Object(started.json);
      const work = macroWorker(engines, engines.macroQueue, `${project}/runs`, clock);
      await work({ kind: 'count-run', project, run: id });
      await work({ kind: 'run-page', project, run: id, page: 1 });
      const { json } = await ask('GET', `/projects/${project}/runs/${id}/results`);
      const items: { ticket: string; outcome: string }[] = Object(json).items;
      expect(items.map(({ ticket, outcome }) => `${ticket} ${outcome}`)).toEqual(
        matching.map((ticket) => `${ticket} done`),
      );
    },
  );
});
