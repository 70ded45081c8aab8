import type { ProjectDocument } from '../core/document/schema.ts';
import { ExternalListener } from '../core/document/schema-listeners.ts';
import { admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { listening } from './listener.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { fixedClock } from './seeded.ts';

/** Stores what Jira knows of a ticket, as the tests' way to have it found by its key there. */
const jiraData = {
  key: 'jiradata',
  name: 'Data from Jira',
  target: 'feedback',
  type: 'data',
  group: 'jira',
  apiKey: 'jira',
};

/** A project with more listeners, whose first ticket is in Jira as APO-7. */
export async function listenerProject(
  engines: TestEngines,
  listeners: object[] = [],
  change: (document: ProjectDocument) => void = () => undefined,
) {
  const clock = fixedClock();
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    document.externalListeners.push(...[jiraData, ...listeners].map((listener) => ExternalListener.parse(listener)));
    change(document);
  });
  const { send } = receiver(engines, seeded, clock);
  const { fire, observer } = listening(engines, seeded, clock);
  const report = async (fields: object = {}) =>
    await send({ summary: 'It broke', submitter: 'jim@example.com', ...fields });
  const reportIdea = async () =>
    await send(
      { title: 'An idea', email: 'jim@example.com', state: 'New' },
      { source: 'webform', headers: { 'x-api-key': seeded.keyOf('web') } },
    );
  await report();
  await fire('jiradata', { key: 'APO-7', id: 20_118 }, { find: 'BUG-0001' });
  const { asAdministrator } = admin(engines, `${seeded.project}/admin`, clock);
  const path = `/projects/${seeded.project}`;
  return {
    ...seeded,
    clock,
    observer,
    report,
    reportIdea,
    fire,
    get: async (of: string) => Object((await asAdministrator('GET', `${path}${of}`)).json),
    /** What crossed with a key in this project, newest first. */
    activity: async (prefix: string) => {
      const { items } = Object((await asAdministrator('GET', `/api-keys/${prefix}/activity?limit=200`)).json);
      return items.filter((entry: { project: string }) => entry.project === seeded.project);
    },
  };
}
