import { describe, expect } from 'vitest';
import { findTicket, listTickets } from '../../adapters/dynamodb/tickets.ts';
import type { ExternalSource, ProjectDocument } from '../../core/document/schema.ts';
import { admin } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';

const crash = { summary: 'Crash on start', device: { os: { version: '18.1' } } };

/** The crash log of the example, which groups by summary and OS version. */
async function crashLog(
  engines: TestEngines,
  change: (source: ExternalSource, document: ProjectDocument) => void = () => undefined,
) {
  const clock = fixedClock();
  const seeded = await seedProject(engines.table, (document) => {
    const [source] = document.externalSources;
    if (source === undefined) throw new Error('the example has changed');
    source.group = { by: ['summary', 'os-version'], add: 'occurrences' };
    change(source, document);
  });
  const { project } = seeded;
  const { send, observer } = receiver(engines, seeded, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  return {
    ...{ clock, project, send, observer },
    /** Each ticket's id with its occurrences, as the list shows them. */
    async listed() {
      const { items } = await listTickets(engines.table, project, 'issues', { limit: 200, newestFirst: false });
      return items.map(({ id, fields }) => `${id} ${fields.occurrences}`);
    },
    find: async (id: string) => await findTicket(engines.table, project, id),
    async history(id: string) {
      const { json } = await asAdministrator('GET', `/projects/${project}/tickets/${id}/history?limit=200`);
      return Object(json).items;
    },
  };
}

const withoutAutomations = (_: ExternalSource, document: ProjectDocument) => {
  document.automations = [];
};

/** Sends each change of the occurrences somewhere. */
const followAll = (_: ExternalSource, document: ProjectDocument) => {
  document.automations = [
    {
      ...{ key: 'follow', enabled: true, trigger: 'modify', feedbackType: 'issues', macro: 'tell-slack' },
      filter: { field: 'occurrences', op: 'changed' },
    },
  ];
};

test.beforeAll(async ({ engines }) => {
  await seedKeys(engines.table);
});

describe('a source that groups', () => {
  test('A crash reported 50 times in a minute is one ticket with Occurrences 50', async ({ engines }) => {
    const { send, listed, find, clock, history } = await crashLog(engines);
    for (let report = 0; report < 50; report += 1) {
      expect((await send(crash)).status).toBe(report === 0 ? 201 : 200);
      clock.advance(1_000);
    }
    expect(await listed()).toEqual(['BUG-0001 50']);
    expect(await find('BUG-0001')).toMatchObject({ fields: { occurrences: 50 }, version: 50 });
    expect(await history('BUG-0001')).toHaveLength(49);
  });

  test.for([
    ['nothing follows from it', 50, withoutAutomations],
    ['an automation does not match the ticket', 50, undefined],
    ['an automation follows each of them', 20, followAll],
  ] as const)('takes reports of a crash at once as one ticket where %s', async ([, count, change], { engines }) => {
    const { send, listed, find } = await crashLog(engines, change);
    const answers = await Promise.all(Array.from({ length: count }, async () => await send(crash)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(count - 1).fill(200), 201]);
    const [line = '', ...others] = await listed();
    expect(others).toEqual([]);
    const [id = '', occurrences] = line.split(' ');
    expect(occurrences).toBe(String(count));
    expect(await find(id)).toMatchObject({ fields: { occurrences: count }, version: count });
  });
});
