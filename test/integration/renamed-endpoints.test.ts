import { describe, expect } from 'vitest';
import { admin } from '../admin.ts';
import { applyDocument, openProject } from '../documents.ts';
import { test } from '../engines.ts';
import { listening } from '../listener.ts';
import { seedProject } from '../project.ts';
import { receiver } from '../receive.ts';

const renamedSource = 'key: crashes\n    aliases: [appcrashlog]\n    name: Crash log';
const renamedListener = '{ key: donejira, aliases: [jiraclosed], name: Closed in Jira,';

function rename(document: string): string {
  return document
    .replace('key: appcrashlog\n    name: Crash log', renamedSource)
    .replace('{ key: jiraclosed, name: Closed in Jira,', renamedListener);
}

describe('a source or listener that goes by another key', () => {
  test('answers at both of its URLs, and the changes call it renamed', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const { headers } = await applyDocument(asAdministrator, path, document);
    const applied = await applyDocument(asAdministrator, path, rename(document), headers.etag);
    expect(applied).toMatchObject({
      status: 200,
      json: {
        changes: [
          { kind: 'changed', path: 'externalSources[appcrashlog].key', from: 'appcrashlog', to: 'crashes' },
          { kind: 'added', path: 'externalSources[appcrashlog].aliases[appcrashlog]' },
          { kind: 'changed', path: 'externalListeners[jiraclosed].key', from: 'jiraclosed', to: 'donejira' },
          { kind: 'added', path: 'externalListeners[jiraclosed].aliases[jiraclosed]' },
        ],
      },
    });
    const seeded = { ...(await seedProject(engines.table)), project: key };
    const { send } = receiver(engines, seeded);
    const { fire } = listening(engines, seeded);
    for (const source of ['appcrashlog', 'crashes'])
      expect((await send({ summary: 'A' }, { source })).status).toBe(201);
    for (const [listener, find] of [
      ['jiraclosed', 'BUG-0001'],
      ['donejira', 'BUG-0002'],
    ] as const) {
      expect((await fire(listener, undefined, { find })).json).toMatchObject({ outcome: 'executed' });
    }
    const without = rename(document).replace('    aliases: [appcrashlog]\n', '');
    expect((await applyDocument(asAdministrator, path, without, applied.headers.etag)).status).toBe(200);
    const later = receiver(engines, seeded);
    expect((await later.send({ summary: 'A' }, { source: 'appcrashlog' })).status).toBe(404);
    expect((await later.send({ summary: 'A' }, { source: 'crashes' })).status).toBe(201);
  });

  test('may not take a name that another one has, as its key or its alias', async ({ engines }) => {
    const { key, path, document } = await openProject(engines);
    const { asAdministrator } = admin(engines, key);
    const problemsOf = async (changed: string) => {
      const { status, json } = await applyDocument(asAdministrator, `${path}?dryRun=true`, changed);
      return [status, ...(Object(json).errors ?? []).map(({ parameter }: { parameter: string }) => parameter)];
    };
    const aliased = (alias: string) => rename(document).replace('[appcrashlog]', `[appcrashlog, ${alias}]`);
    expect(await problemsOf(aliased('webform'))).toEqual([400, 'externalSources[0].aliases[1]']);
    expect(await problemsOf(aliased('crashes'))).toEqual([400, 'externalSources[0].aliases[1]']);
    expect(await problemsOf(aliased('appcrashlog'))).toEqual([400, 'externalSources[0].aliases[1]']);
    const twice = rename(document).replace('key: webform\n', 'key: webform\n    aliases: [appcrashlog]\n');
    expect(await problemsOf(twice)).toEqual([400, 'externalSources[1].aliases[0]']);
    // Tickets and members have URLs of their own, but one list of keys.
    const ofMembers = rename(document).replace('{ key: thanks,', '{ key: thanks, aliases: [jiraclosed],');
    expect(await problemsOf(ofMembers)).toEqual([400, 'externalListeners[5].aliases[0]']);
    expect(await problemsOf(aliased('jiraclosed'))).toEqual([200]);
  });
});
