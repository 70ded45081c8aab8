import { describe, expect } from 'vitest';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';

describe('a report', () => {
  test('creates a ticket and is answered with it', async ({ engines }) => {
    await seedKeys(engines.table);
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    const answer = await send({ summary: 'It crashed', severity: 'Low', submitter: 'Jim@example.com', sumary: 'x' });
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: `https://api.example.com/admin/v1/projects/${seeded.project}/tickets/BUG-0001` },
      json: {
        status: 201,
        ticket: {
          id: 'BUG-0001',
          feedbackType: 'issues',
          state: { team: 'beta-support', workflow: 'default', status: 'New' },
          submitter: 'jim@example.com',
          createdAt: '2026-11-21T09:00:00.000Z',
        },
        files: [
          { field: 'screenshot', parameter: 'screenshot', upload: { method: 'POST', maxBytes: 2_147_483_648 } },
          { field: 'crash-log', parameter: 'crashLog' },
        ],
        ignoredParameters: ['sumary'],
      },
    });
    expect(await findTicket(engines.table, seeded.project, 'BUG-0001')).toMatchObject({
      fields: { summary: 'It crashed', severity: 'Low' },
      version: 1,
    });
  });

  test('costs at most 2 round trips one after another and 6 write units', async ({ engines }) => {
    await seedKeys(engines.table);
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    await send({ summary: 'warm' });
    engines.table.meter.read();
    const report = { summary: 'It crashed', severity: 'Low', submitter: 'jim@example.com', description: 'x'.repeat(880) };
    expect((await send(report)).status).toBe(201);
    expect(JSON.stringify(report).length).toBeGreaterThan(950);
    const consumed = engines.table.meter.read();
    expect(consumed).toEqual({});
  });

  test('that sets off a webhook', async ({ engines }) => {
    await seedKeys(engines.table);
    const seeded = await seedProject(engines.table);
    const { send } = receiver(engines, seeded);
    await send({ summary: 'warm' });
    engines.table.meter.read();
    expect((await send({ summary: 'It crashed', severity: 'Critical', description: 'x'.repeat(880) })).status).toBe(201);
    const consumed = engines.table.meter.read();
    expect(consumed).toEqual({});
  });
});
