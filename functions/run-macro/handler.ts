import { readDue } from '../../adapters/dynamodb/due.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import { type DeliveryMessage, MacroMessage, mailLane } from '../../core/deliveries/message.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import { type TendDependencies, tendEndpoint } from './tend-endpoint.ts';

/** How long one message drains at most, in milliseconds; the next tick goes on (docs/architecture.md, 4). */
const maxDrainMs = 50_000;
const pageSize = 100;
/**
 * Most deliveries of one lane that one message drains; the rest stay due for the next. An endpoint that cannot take its backlog,
 * or that other instances hold back, would otherwise have all of it carried to the queue and back every minute.
 */
const maxPerLane = 100;

/** What the handler is given. */
export type RunMacroDependencies = DrainDependencies & TendDependencies;

/** What draining needs. */
type DrainDependencies = {
  table: Table;
  webhookQueue: Queue;
  emailQueue: Queue;
  macroQueue: Queue;
  now: () => number;
};

/** Does the work of one message of the macro queue. */
export function runMacro(dependencies: RunMacroDependencies): MessageHandler {
  return async (body) => {
    const message = MacroMessage.parse(JSON.parse(body));
    switch (message.kind) {
      case 'drain-due':
        return await drainDue(dependencies, message.shard);
      case 'tend-endpoint':
        return await tendEndpoint(dependencies, message);
    }
  };
}

/** Drains one shard of what is due onto the queues; due entries stay until their delivery settles, or their endpoint is seen to. */
async function drainDue(
  { table, webhookQueue, emailQueue, macroQueue, now }: DrainDependencies,
  shard: number,
): Promise<Readonly<Record<string, unknown>>> {
  const startedAt = now();
  let drained = 0;
  const taken = new Map<string, number>();
  for await (const { deliveries: due, endpoints } of readDue(table, shard, { now: startedAt, pageSize })) {
    const deliveries = due.filter(({ lane }) => {
      taken.set(lane, (taken.get(lane) ?? 0) + 1);
      return (taken.get(lane) ?? 0) <= maxPerLane;
    });
    const messages = deliveries.map(({ delivery, lane }) => {
      const message: DeliveryMessage = { delivery, endpoint: lane };
      return { body: JSON.stringify(message), group: lane };
    });
    const failures = await Promise.all([
      sendAll(
        webhookQueue,
        messages.filter(({ group }) => group !== mailLane),
      ),
      sendAll(
        emailQueue,
        messages.filter(({ group }) => group === mailLane),
      ),
      sendAll(
        macroQueue,
        endpoints.map((endpoint) => {
          const message: MacroMessage = { kind: 'tend-endpoint', endpoint };
          return { body: JSON.stringify(message) };
        }),
      ),
    ]);
    drained += deliveries.length + endpoints.length - failures.flat().length;
    if (now() - startedAt > maxDrainMs) break;
  }
  return { shard, drained };
}
