import { describe, expect } from 'vitest';
import { findDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { admin, personClaims } from '../admin.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';

/** A project with two issues and an idea. */
async function projectWithTickets(engines: TestEngines) {
  await seedKeys(engines.table);
  const seeded = await seedProject(engines.table);
  const { send } = receiver(engines, seeded);
  await send({ summary: 'One' });
  await send({ summary: 'Two' });
  const headers = { 'x-api-key': seeded.keyOf('web') };
  await send({ title: 'Idea', email: 'jim@example.com', state: 'New' }, { source: 'webform', headers });
  const { as, asAdministrator } = admin(engines, `${seeded.project}/admin`);
  return { ...seeded, as, asAdministrator, path: `/projects/${seeded.project}` };
}

describe('a run', () => {
  test('applies a macro to each ticket and says what became of every action', async ({ engines }) => {
    const { asAdministrator, path, project } = await projectWithTickets(engines);
    const tickets = ['BUG-0001', 'BUG-0002', 'BUG-0001', 'BUG-9999', 'IDEA-0001', 'what?'];
    const answer = await asAdministrator('POST', `${path}/macros/send-to-jira/runs`, { body: { tickets } });
    const done = (ticket: string) => ({
      ticket,
      outcome: 'done',
      actions: [
        { kind: 'webhook', action: 'webhook-1', outcome: 'queued', delivery: expect.any(String) },
        { kind: 'workflow', action: 'workflow-2', outcome: 'applied' },
      ],
    });
    const { id, results } = Object(answer.json);
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `https://api.example.com/admin/v1${path}/runs/${id}` },
      json: {
        id: expect.stringMatching(/^\w+$/),
        macro: 'send-to-jira',
        state: 'done',
        total: 5,
        done: 2,
        failed: 2,
        skipped: 1,
        startedAt: '2026-11-21T09:00:00.000Z',
        finishedAt: '2026-11-21T09:00:00.000Z',
        results: [
          done('BUG-0001'),
          done('BUG-0002'),
          { ticket: 'BUG-9999', outcome: 'failed', reason: 'there is no such ticket', actions: [] },
          { ticket: 'IDEA-0001', outcome: 'skipped', actions: [] },
          { ticket: 'what?', outcome: 'failed' },
        ],
      },
    });
    expect((await asAdministrator('GET', `${path}/runs/${id}`)).json).toEqual(answer.json);
    const found = await findDelivery(engines.table, project, results[0].actions[0].delivery);
    expect(found?.delivery).toMatchObject({
      outcome: 'pending',
      target: { ticket: 'BUG-0001' },
      cause: { kind: 'run', key: id },
    });
  });

  test('records a webhook that cannot be rendered as a failed delivery', async ({ engines }) => {
    const { asAdministrator, path } = await projectWithTickets(engines);
    const body = { tickets: ['BUG-0001'] };
    const answer = await asAdministrator('POST', `${path}/macros/update-jira-occurrences/runs`, { body });
    const [result] = Object(answer.json).results;
    expect(result).toMatchObject({ outcome: 'failed', reason: 'Jira ID is empty' });
    const { delivery } = result.actions[0];
    expect((await asAdministrator('GET', `${path}/deliveries/${delivery}`)).json).toMatchObject({
      outcome: 'failed',
      reason: 'Jira ID is empty',
      attempts: [],
    });
  });

  test('by support takes a macro that is shown to their teams', async ({ engines }) => {
    const { as, path } = await projectWithTickets(engines);
    const body = { tickets: ['BUG-0001'] };
    const ada = as(personClaims('ada@example.com'));
    expect((await ada('POST', `${path}/macros/send-to-jira/runs`, { body })).status).toBe(202);
    expect(await ada('POST', `${path}/macros/tell-slack/runs`, { body })).toMatchObject({
      status: 403,
      json: { description: expect.stringContaining('shown to their teams') },
    });
    const manager = as(personClaims('pm@example.com'));
    expect((await manager('POST', `${path}/macros/tell-slack/runs`, { body })).status).toBe(202);
    const observer = as({ token_use: 'access', scope: 'feedbridge/observer' });
    expect((await observer('POST', `${path}/macros/send-to-jira/runs`, { body })).status).toBe(403);
  });

  test.for([
    ['send-to-jira', { filter: 'criticl' }, 'filter', 'invalid_choice'],
    ['thank', { filter: 'critical' }, 'filter', 'invalid_choice'],
    ['send-to-jira', { where: { field: 'severty', op: 'equals', value: 'Low' } }, 'where.field', 'invalid_choice'],
    ['send-to-jira', { where: { field: 'severity', op: 'equal', value: 'Low' } }, 'where.op', 'invalid_choice'],
    ['send-to-jira', { where: 'severity' }, 'where', 'invalid_type'],
    ['send-to-jira', { where: { field: 'severity', op: 'changed' } }, 'where.op', 'not_allowed'],
    ['send-to-jira', { confirm: 'yes', tickets: ['BUG-0001'] }, 'confirm', 'invalid_type'],
    ['send-to-jira', { tickets: [] }, 'tickets', 'required'],
    ['send-to-jira', {}, 'tickets', 'required'],
    ['send-to-jira', { tickets: 'BUG-0001' }, 'tickets', 'invalid_type'],
    ['send-to-jira', { tickets: [null] }, 'tickets.0', 'invalid_type'],
    ['send-to-jira', { tickets: ['x'.repeat(65)] }, 'tickets.0', 'too_long'],
    ['send-to-jira', { tickets: ['BUG-0001'], filter: 'critical' }, 'filter', 'not_allowed'],
    ['send-to-jira', { tickets: ['BUG-0001'], members: ['jim@example.com'] }, 'members', 'not_allowed'],
  ] as const)('of %s over %j is refused', async ([macro, body, parameter, code], { engines }) => {
    const { project } = await seedProject(engines.table);
    const answer = await admin(engines, project).asAdministrator('POST', `/projects/${project}/macros/${macro}/runs`, {
      body,
    });
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ parameter, code }] } });
  });

  test('takes 10,000 tickets by name and no more', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const tickets = Array.from({ length: 10_001 }, (_, place) => `BUG-${place}`);
    const answer = await admin(engines, project).asAdministrator('POST', `/projects/${project}/macros/close/runs`, {
      body: { tickets },
    });
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ parameter: 'tickets', code: 'too_long' }] } });
  });

  test('is refused with everything that is wrong with it, and the filters that exist', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const path = `/projects/${project}/macros/close/runs`;
    const body = { filter: 'criticl', where: { field: 'nothing', op: 'isEmpty' }, members: ['jim@example.com'] };
    const { json } = await admin(engines, project).asAdministrator('POST', path, { body });
    const parameters = Object(json).errors.map(({ parameter }: { parameter: string }) => parameter);
    expect(parameters).toEqual(['members', 'where', 'filter', 'where.field']);
    expect(JSON.stringify(json)).toContain('(critical, ios-only)');
  });

  test('over a megabyte of conditions that mean nothing is refused with as many problems as can be read', async ({
    engines,
  }) => {
    const { project } = await seedProject(engines.table);
    const any = Array.from({ length: 20_000 }, (_, place) => ({ field: `fild-${place}`, op: 'isEmpty' }));
    const path = `/projects/${project}/macros/close/runs`;
    const answer = await admin(engines, project).asAdministrator('POST', path, { body: { where: { any } } });
    const { errors } = Object(answer.json);
    expect([answer.status, errors.length]).toEqual([400, 202]);
    expect(errors.slice(-2)).toMatchObject([
      { parameter: 'where', message: 'there are 19800 further problems: solve these first.' },
      { parameter: 'where', code: 'too_long' },
    ]);
    expect(Buffer.byteLength(answer.text)).toBeLessThan(100_000);
  });

  test('of a macro for members, or of none, is refused', async ({ engines }) => {
    const { project } = await seedProject(engines.table);
    const { asAdministrator } = admin(engines, project);
    const run = async (macro: string) =>
      await asAdministrator('POST', `/projects/${project}/macros/${macro}/runs`, { body: { tickets: ['BUG-0001'] } });
    expect((await run('thank')).status).toBe(400);
    expect((await run('none')).status).toBe(404);
    expect((await asAdministrator('GET', `/projects/${project}/runs/none`)).status).toBe(404);
  });

  test('of another project does not exist', async ({ engines }) => {
    const { asAdministrator, path } = await projectWithTickets(engines);
    const other = await seedProject(engines.table);
    const answer = await asAdministrator('POST', `${path}/macros/close/runs`, { body: { tickets: ['BUG-0001'] } });
    const { id } = Object(answer.json);
    expect((await asAdministrator('GET', `/projects/${other.project}/runs/${id}`)).status).toBe(404);
  });
});
