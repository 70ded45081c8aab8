import { readDueDeliveries } from '../../adapters/dynamodb/due.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import { type DeliveryMessage, MacroMessage } from '../../core/deliveries/message.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';

/** How long one message drains at most, in milliseconds; the next tick goes on (docs/architecture.md, 4). */
const maxDrainMs = 50_000;
const pageSize = 100;

/** What the handler is given. */
export type RunMacroDependencies = { table: Table; webhookQueue: Queue; now: () => number };

/** Drains one shard of what is due onto the webhook queue; due entries stay until their delivery settles. */
export function runMacro({ table, webhookQueue, now }: RunMacroDependencies): MessageHandler {
  return async (body) => {
    const { shard } = MacroMessage.parse(JSON.parse(body));
    const startedAt = now();
    let drained = 0;
    for await (const deliveries of readDueDeliveries(table, shard, { now: startedAt, pageSize })) {
      const failed = await sendAll(
        webhookQueue,
        deliveries.map(({ delivery, lane }) => {
          const message: DeliveryMessage = { delivery, endpoint: lane };
          return { body: JSON.stringify(message), group: lane };
        }),
      );
      drained += deliveries.length - failed.length;
      if (now() - startedAt > maxDrainMs) break;
    }
    return { shard, drained };
  };
}
