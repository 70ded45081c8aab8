import type { ProjectDocument } from '../core/document/schema.ts';
import { Automation } from '../core/document/schema-automations.ts';
import { Macro } from '../core/document/schema-macros.ts';
import { admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';

/** A project with more macros and automations, one ticket of Jim's, and an administrator. */
export async function projectWith(
  engines: TestEngines,
  macros: object[],
  automations: object[] = [],
  change: (document: ProjectDocument) => void = () => undefined,
) {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document: ProjectDocument) => {
    document.macros.push(...macros.map((macro) => Macro.parse(macro)));
    document.automations = automations.map((automation) => Automation.parse(automation));
    change(document);
  });
  const { send } = receiver(engines, seeded);
  const report = async (fields: object = {}) =>
    await send({ summary: 'It broke', description: 'Badly', submitter: 'jim@example.com', ...fields });
  const { asAdministrator } = admin(engines, `${seeded.project}/admin`);
  const path = `/projects/${seeded.project}`;
  return {
    ...seeded,
    report,
    get: async (of: string) => Object((await asAdministrator('GET', `${path}${of}`)).json),
    run: async (macro: string, body: object = { tickets: ['BUG-0001'] }) =>
      Object((await asAdministrator('POST', `${path}/macros/${macro}/runs`, { body })).json),
  };
}
