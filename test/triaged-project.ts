import type { ProjectDocument } from '../core/document/schema.ts';
import { admin, personClaims } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { fixedClock } from './seeded.ts';

/** A project with one ticket, BUG-0001, and what a test needs to triage it. */
export async function triagedProject(
  engines: TestEngines,
  change: (document: ProjectDocument) => void = () => undefined,
) {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    document.members?.push({ email: 'olga@example.com', name: 'Olga', teams: [], role: 'observer' });
    change(document);
  });
  const clock = fixedClock();
  const { send } = receiver(engines, seeded, clock);
  const created = await send({ summary: 'Crash', severity: 'Low', submitter: 'jim@example.com' });
  if (created.status !== 201) throw new Error(`no ticket: ${JSON.stringify(created)}`);
  const { as, asAdministrator, observer } = admin(engines, `${seeded.project}/admin`, clock);
  const path = `/projects/${seeded.project}/tickets/BUG-0001`;
  const manager = as(personClaims('pm@example.com'));
  return {
    ...seeded,
    ...{ clock, path, as, asAdministrator, observer, manager, send },
    support: as(personClaims('ada@example.com')),
    watcher: as(personClaims('olga@example.com')),
    /** Changes the ticket as a project manager, by default whatever its version. */
    patch: async (body: unknown, ifMatch = '*') =>
      await manager('PATCH', path, { body, headers: { 'if-match': ifMatch } }),
    ticket: async () => (await manager('GET', path)).json,
    history: async () => Object((await manager('GET', `${path}/history?order=asc`)).json).items,
    comments: async () => Object((await manager('GET', `${path}/comments?order=asc`)).json).items,
  };
}
