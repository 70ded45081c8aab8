import type { Delivery } from './delivery.ts';

/** A delivery that sends a recorded request again, or why there is none. */
export type Replay = { outcome: 'made'; delivery: Delivery } | { outcome: 'refused'; reason: string };

/** Makes the delivery that sends a settled one's request again, as it was recorded (docs/decisions/0018). */
export function makeReplay(original: Delivery, { id, now }: { id: string; now: string }): Replay {
  if (original.outcome === 'pending') {
    return { outcome: 'refused', reason: 'This delivery is still pending: it will be sent by itself.' };
  }
  const { project, macro, action, target, request, mail, retry, success, latestOnly, maxPerSecond, urlHasTag, follow } =
    original;
  if (original.erasedAt !== undefined) {
    return { outcome: 'refused', reason: 'Its content was erased, so there is nothing to send again.' };
  }
  if (request === undefined && mail === undefined) {
    const reason = 'This delivery was never rendered, so there is nothing to send again: run the macro again.';
    return { outcome: 'refused', reason };
  }
  // A test leaves the record as it is, and so does whatever sends it again.
  const capture = original.cause.kind === 'test' ? undefined : original.capture;
  const delivery: Delivery = {
    ...{ id, project, macro, action, target },
    // What says how things are must not come late, over what is newer: a replay is behind nothing that would cancel it.
    retry: latestOnly === true ? 'none' : retry,
    cause: { kind: 'replay', key: original.id },
    replayOf: original.replayOf ?? original.id,
    outcome: 'pending',
    ...(request === undefined ? {} : { request }),
    ...(mail === undefined ? {} : { mail }),
    ...(success === undefined ? {} : { success }),
    ...(capture === undefined ? {} : { capture, ...(follow === undefined ? {} : { follow }) }),
    ...(latestOnly === undefined ? {} : { latestOnly }),
    ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
    ...(urlHasTag === undefined ? {} : { urlHasTag }),
    attemptsMade: 0,
    leases: 0,
    nextAttemptAt: now,
    createdAt: now,
  };
  return { outcome: 'made', delivery };
}
