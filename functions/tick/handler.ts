import { countWaiting, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import type { Observer } from '../kit/observer.ts';

/** Messages that may wait in the webhook queue before the tick leaves it alone: it would only send them twice. */
const maxBacklog = 1_000;

/** What the handler is given. */
export type TickDependencies = { macroQueue: Queue; webhookQueue: Queue; dueShards: number; observer: Observer };

/** Once a minute has every due shard drained, unless the queues are busy with what they already hold. */
export function tick({ macroQueue, webhookQueue, dueShards, observer }: TickDependencies) {
  return async (): Promise<void> => {
    const [webhooks, macros] = await Promise.all([countWaiting(webhookQueue), countWaiting(macroQueue)]);
    if (webhooks > maxBacklog || macros >= dueShards) {
      observer.line('tick skipped', { webhooks, macros });
      return;
    }
    const messages = Array.from({ length: dueShards }, (_, shard): MacroMessage => ({ kind: 'drain-due', shard }));
    const failed = await sendAll(
      macroQueue,
      messages.map((message) => ({ body: JSON.stringify(message) })),
    );
    observer.line('tick', { shards: dueShards, failed: failed.length });
    if (failed.length > 0) throw new Error(`the macro queue did not take ${failed.length} of ${dueShards} messages`);
  };
}
