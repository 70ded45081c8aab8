import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { releasedAt } from '../../core/runs/release.ts';
import type { Run } from '../../core/runs/run.ts';
import { delaySeconds } from './delay.ts';
import { describeFault } from './describe-fault.ts';

/** Batches that are sent to the queue at once, and messages of one, a limit of SQS. */
const atOnce = 4;
const batchSize = 10;

/** What sending a run's messages needs. */
export type RunSending = { macroQueue: Queue; now: () => number };

/** How many messages the queue did not take, and what was in the way; empty where it took all. The run's due entry brings them. */
export type Unsent = { unsent?: number; fault?: string };

/** Has a run counted, not before so many seconds. */
export async function sendCount(
  { macroQueue }: RunSending,
  { project, id }: Pick<Run, 'project' | 'id'>,
  delaySeconds = 0,
): Promise<Unsent> {
  const message: MacroMessage = { kind: 'count-run', project, run: id };
  return await trySend(macroQueue, [
    { body: JSON.stringify(message), group: groupOf(id), ...(delaySeconds === 0 ? {} : { delaySeconds }) },
  ]);
}

/** Sends pages of a run to the queue, each when it may be worked. */
export async function sendPages(
  { macroQueue, now }: RunSending,
  run: Run,
  numbers: readonly number[],
): Promise<Unsent> {
  const messages = numbers.map((page): Message => {
    const message: MacroMessage = { kind: 'run-page', project: run.project, run: run.id, page };
    const waitMs = releasedAt(run, page) - now();
    return {
      body: JSON.stringify(message),
      group: groupOf(run.id),
      ...(waitMs > 0 ? { delaySeconds: delaySeconds(waitMs) } : {}),
    };
  });
  return await trySend(macroQueue, messages);
}

/** Whoever sends has stored the run already, so a queue that cannot be reached is nothing that its caller could mend. */
async function trySend(queue: Queue, messages: readonly Message[]): Promise<Unsent> {
  let sent = 0;
  let next = 0;
  let fault: string | undefined;
  const sendOn = async () => {
    while (next < messages.length && fault === undefined) {
      const batch = messages.slice(next, next + batchSize);
      next += batch.length;
      sent += batch.length - (await sendAll(queue, batch)).length;
    }
  };
  const note = (error: unknown) => {
    fault = describeFault(error);
  };
  await Promise.all(Array.from({ length: atOnce }, () => sendOn().catch(note)));
  const unsent = messages.length - sent;
  if (unsent === 0) return {};
  return { unsent, ...(fault === undefined ? {} : { fault }) };
}

/** The numbers of the first pages of a run, as far as they may go to the queue. */
export function pagesUpTo(run: Run): number[] {
  return Array.from({ length: Math.min(run.pages, run.sentTo ?? run.pages) }, (_, place) => place + 1);
}

/** Messages of one run share its turns, so that a large one does not keep other work waiting. */
function groupOf(run: string): string {
  return `run-${run}`;
}
