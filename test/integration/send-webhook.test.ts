import { describe, expect } from 'vitest';
import type { Macro } from '../../core/document/schema.ts';
import { type TestEngines, test } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { startReceivingServer } from '../receiving-server.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

/** A project whose every new issue is sent to `url`. */
async function projectSendingTo(engines: TestEngines, url: string, webhook: Partial<Macro['actions'][number]> = {}) {
  await seedKeys(engines.table);
  return await seedProject(engines.table, (document) => {
    const slack = document.macros.find(({ key }) => key === 'tell-slack');
    const [action] = slack?.actions ?? [];
    if (action?.kind !== 'webhook') throw new Error('the example has changed');
    Object.assign(action, { url }, webhook);
    document.automations = [
      { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
    ];
  });
}

describe('a webhook', () => {
  test('goes out once, with its id and a timestamp, and costs at most 14 write units', async ({ engines }) => {
    const server = await startReceivingServer();
    const seeded = await projectSendingTo(engines, `${server.origin}/hook`, {
      body: JSON.stringify({ text: '((Description))' }),
    });
    const clock = fixedClock();
    const { send } = receiver(engines, seeded, clock);
    const { deliver, deliveries, close } = sender(engines, seeded.project, clock);
    const report = { summary: 'It crashed', description: 'x'.repeat(1000) };
    await send({ summary: 'Warms the caches' });
    clock.advance(1_000);
    engines.table.meter.read();
    await send(report);
    const accepted = engines.table.meter.read();
    const [delivery] = await deliveries();
    engines.table.meter.read();
    await deliver(delivery?.id ?? '');
    const sent = engines.table.meter.read();
    const ticketAlone = { tableWriteUnits: 3, indexWriteUnits: 1 };
    expect({
      table: accepted.tableWriteUnits - ticketAlone.tableWriteUnits + sent.tableWriteUnits,
      indexes: accepted.indexWriteUnits - ticketAlone.indexWriteUnits + sent.indexWriteUnits,
    }).toEqual({ table: 10, indexes: 4 });
    expect(sent.operations).toEqual(['UpdateItem', 'UpdateItem']);
    expect((await deliveries())[0]).toMatchObject({
      outcome: 'delivered',
      attempts: [{ number: 1, response: { status: 200, body: 'ok' } }],
    });
    expect(server.received).toMatchObject([
      {
        method: 'POST',
        path: '/hook',
        headers: { 'webhook-id': delivery?.id, 'webhook-timestamp': String(clock.now() / 1000) },
      },
    ]);
    close();
    await server.stop();
  });
});
