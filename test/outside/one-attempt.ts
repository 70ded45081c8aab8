import { onTestFinished } from 'vitest';
import type { OutboundSettings } from '../../adapters/http/outbound-client.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { TestEngines } from '../engines.ts';
import { storeDelivery } from '../pending-mail.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';

/** A webhook to be sent: where to, with what deadline, and what else of its delivery or of the sender differs. */
export type OneWebhook = {
  url: string;
  timeoutMs?: number;
  delivery?: Partial<Delivery>;
  settings?: Partial<OutboundSettings>;
};

let deliveries = 0;

/** Stores a delivery as a macro would commit it, makes its first attempt, and tells what is stored afterwards. */
export async function oneAttempt(engines: TestEngines, { url, timeoutMs = 5_000, delivery, settings }: OneWebhook) {
  deliveries += 1;
  const id = `hell-${process.pid}-${deliveries}`;
  const clock = fixedClock();
  const at = new Date(clock.now()).toISOString();
  const pending: Delivery = {
    id,
    // A project of its own, and with it an endpoint of its own: what happened to another one would count here.
    project: id,
    macro: 'to-hell',
    action: 'webhook-1',
    target: { ticket: 'BUG-0001' },
    cause: { kind: 'automation', key: 'all' },
    outcome: 'pending',
    request: {
      method: 'POST',
      url: [{ text: url }],
      headers: [['Content-Type', [{ text: 'application/json' }]]],
      body: [{ text: '{}' }],
      timeoutMs,
    },
    retry: 'standard',
    attemptsMade: 0,
    leases: 0,
    nextAttemptAt: at,
    createdAt: at,
    ...delivery,
  };
  await storeDelivery(engines.table, pending, clock.now());
  const { deliver, deliveries: read, close } = sender(engines, id, clock, settings);
  onTestFinished(close);
  const find = async () => {
    const [stored] = await read();
    if (stored === undefined) throw new Error(`delivery ${id} is gone`);
    return stored;
  };
  const facts = await deliver(id);
  return { clock, facts, stored: await find(), find, again: async () => await deliver(id) };
}
