import { countWaiting, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import type { Observer } from '../kit/observer.ts';

/** Messages that may wait in a queue before what is due for it is left alone: it would only be sent twice. */
const maxBacklog = 1_000;
/** Messages that may wait in the macro queue before it is left alone: more drains do not help work that is behind. A run over 10,000 targets is 400. */
const maxMacroBacklog = 1_000;

/** What the handler is given. */
export type TickDependencies = {
  macroQueue: Queue;
  webhookQueue: Queue;
  emailQueue: Queue;
  uploadQueue: Queue;
  dueShards: number;
  observer: Observer;
};

/** Once a minute has every due shard drained, but for what goes to a queue that is busy with what it already holds. */
export function tick({ macroQueue, webhookQueue, emailQueue, uploadQueue, dueShards, observer }: TickDependencies) {
  return async (): Promise<void> => {
    const [webhooks, emails, uploads, macros] = await Promise.all([
      countWaiting(webhookQueue),
      countWaiting(emailQueue),
      countWaiting(uploadQueue),
      countWaiting(macroQueue),
    ]);
    if (macros > maxMacroBacklog) {
      observer.line('tick skipped', { webhooks, emails, uploads, macros });
      return;
    }
    const leaves = [
      ...(webhooks > maxBacklog ? ['webhooks' as const] : []),
      ...(emails > maxBacklog ? ['emails' as const] : []),
      ...(uploads > maxBacklog ? ['uploads' as const] : []),
    ];
    const messages = Array.from({ length: dueShards }, (_, shard): MacroMessage => {
      return { kind: 'drain-due', shard, ...(leaves.length === 0 ? {} : { leaves }) };
    });
    const failed = await sendAll(
      macroQueue,
      messages.map((message) => ({ body: JSON.stringify(message) })),
    );
    observer.line('tick', { shards: dueShards, webhooks, emails, uploads, macros, failed: failed.length });
    if (failed.length > 0) throw new Error(`the macro queue did not take ${failed.length} of ${dueShards} messages`);
  };
}
