import { createHash } from 'node:crypto';
import { findRememberedSignature, rememberSignature } from '../../adapters/dynamodb/remembered-signatures.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { judgeReplay } from '../../core/signatures/judge-time.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import type { Observer } from './observer.ts';
import type { AcceptedSignature } from './open-endpoint.ts';

/** Whether a call is a replay; where it is not, `remember` is to be called once it is answered. */
export type Recall = { outcome: 'fresh'; remember: () => Promise<void> } | { outcome: 'replayed'; reason: string };

/** Remembers the signature of a call that was answered; what it made is there, whatever becomes of this. */
export async function rememberAnswered(
  { observer }: { observer: Observer },
  request: HttpRequest,
  recall: Extract<Recall, { outcome: 'fresh' }>,
  { status }: HttpReply,
): Promise<void> {
  // What failed for a reason of ours is to be sent again, as it is, and so is what was only tried.
  if (status >= 500 || request.query.get('dryRun') === 'true') return;
  await recall.remember().catch((error: unknown) => {
    observer.fault('signature not remembered', error, { requestId: request.id, route: request.routeKey });
  });
}

/**
 * Asks the memory of signatures whether a call is a replay, where nothing in its signature says when it was made. `repetition`
 * names what its sender may repeat for a day: the name of the call, and what of it is not signed.
 */
export async function recallSignature(
  { table, now }: { table: Table; now: () => number },
  project: string,
  signature: AcceptedSignature | undefined,
  repetition?: string,
): Promise<Recall> {
  if (signature === undefined || signature.isTimed) return { outcome: 'fresh', remember: async () => undefined };
  const { fingerprint, toleranceMs } = signature;
  const call = repetition === undefined ? undefined : createHash('sha256').update(repetition).digest('hex');
  const at = now();
  const remembered = await findRememberedSignature(table, { project, fingerprint }, at);
  if (remembered === undefined) {
    const memory = { firstSeenAt: new Date(at).toISOString(), ...(call === undefined ? {} : { call }) };
    return {
      outcome: 'fresh',
      remember: async () => await rememberSignature(table, { project, fingerprint }, memory),
    };
  }
  if (judgeReplay(remembered, { now: at, toleranceMs, call }) === 'fresh') {
    return { outcome: 'fresh', remember: async () => undefined };
  }
  const limit = `it may be repeated for ${toleranceMs / 1_000} s`;
  return { outcome: 'replayed', reason: `the signature was accepted at ${remembered.firstSeenAt} already; ${limit}` };
}
