import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import type { MacroMessage } from '../../core/deliveries/message.ts';
import { releasedAt } from '../../core/runs/release.ts';
import type { Run } from '../../core/runs/run.ts';
import { delaySeconds } from './delay.ts';

/** Batches that are sent to the queue at once. */
const atOnce = 4;

/** What sending a run's messages needs. */
export type RunSending = { macroQueue: Queue; now: () => number };

/** Has a run counted; where the queue does not take it, the run's due entry brings it. */
export async function sendCount(
  { macroQueue }: RunSending,
  { project, id }: Pick<Run, 'project' | 'id'>,
): Promise<void> {
  const message: MacroMessage = { kind: 'count-run', project, run: id };
  await sendAll(macroQueue, [{ body: JSON.stringify(message), group: groupOf(id) }]);
}

/** Sends pages of a run to the queue, each when it may be worked; returns how many the queue did not take. */
export async function sendPages(
  { macroQueue, now }: RunSending,
  run: Run,
  numbers: readonly number[],
): Promise<number> {
  const messages = numbers.map((page): Message => {
    const message: MacroMessage = { kind: 'run-page', project: run.project, run: run.id, page };
    const waitMs = releasedAt(run, page) - now();
    return {
      body: JSON.stringify(message),
      group: groupOf(run.id),
      ...(waitMs > 0 ? { delaySeconds: delaySeconds(waitMs) } : {}),
    };
  });
  const share = Math.ceil(messages.length / atOnce / 10) * 10;
  const parts = Array.from({ length: atOnce }, (_, place) => messages.slice(place * share, (place + 1) * share));
  const failed = await Promise.all(parts.map((part) => sendAll(macroQueue, part)));
  return failed.flat().length;
}

/** The numbers of the first pages of a run, as far as they may go to the queue. */
export function pagesUpTo(run: Run): number[] {
  return Array.from({ length: Math.min(run.pages, run.sentTo ?? run.pages) }, (_, place) => place + 1);
}

/** Messages of one run share its turns, so that a large one does not keep other work waiting. */
function groupOf(run: string): string {
  return `run-${run}`;
}
