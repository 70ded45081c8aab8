import { expect } from 'vitest';
import { findMembers, writeMembers } from '../../adapters/dynamodb/members.ts';
import { Automation } from '../../core/document/schema-automations.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { admin } from '../admin.ts';
import { test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';

const jim = 'jim@example.com';

test('twenty reports of one submitter at the same moment, each worth points, are all taken, and no point is lost', async ({
  engines,
}) => {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table, (document) => {
    const actions = [{ kind: 'score', points: 5 }];
    document.macros.push(Macro.parse({ key: 'reward', name: 'Reward', target: 'feedback', actions }));
    document.automations = [Automation.parse({ key: 'each', trigger: 'submit', macro: 'reward' })];
  });
  const { send } = receiver(engines, seeded);
  const reports = Array.from({ length: 20 }, (_, place) => send({ summary: `Report ${place}`, submitter: jim }));
  expect((await Promise.all(reports)).map(({ status }) => status)).toEqual(reports.map(() => 201));
  const found = (await findMembers(engines.table, seeded.project, [jim])).get(jim);
  expect(found).toMatchObject({ version: 21, member: { score: 100 } });
});

test('a document that names a member anew keeps the score, the external data and the latest deliveries', async ({
  engines,
}) => {
  const { table } = engines;
  const { project } = await seedProject(table, (document) => {
    const webhook = { kind: 'webhook', method: 'PUT', url: 'https://example.com/people/1' };
    document.macros.push(Macro.parse({ key: 'sync', name: 'Sync', target: 'member', actions: [webhook] }));
  });
  const read = async () => (await findMembers(table, project, [jim])).get(jim);
  const before = await read();
  if (before === undefined) throw new Error('the example has changed');
  const { asAdministrator } = admin(engines, project);
  const answer = await asAdministrator('POST', `/projects/${project}/macros/sync/runs`, { body: { members: [jim] } });
  expect(answer).toMatchObject({ status: 202, json: { done: 1 } });
  const write = { project, member: { ...before.member, name: 'James' }, version: before.version };
  expect(await writeMembers(table, [write])).toBe('written');
  const delivery = Object(answer.json).results[0].actions[0].delivery;
  const after = await read();
  expect(after).toMatchObject({ version: 2, member: { name: 'James', score: 0 } });
  expect(Object.values(after?.member.latestDeliveries ?? {})).toEqual([delivery]);
});
