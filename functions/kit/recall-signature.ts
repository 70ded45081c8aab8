import { findRememberedSignature, type SignedEndpoint } from '../../adapters/dynamodb/remembered-signatures.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { judgeReplay } from '../../core/signatures/judge-time.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import { type AcceptedSignature, refuseSignature } from './open-endpoint.ts';

/** A signature to be remembered by the transaction that it leads to. */
export type SignatureToRemember = { endpoint: SignedEndpoint; fingerprint: string };

/** Whether a call is a replay; `remember` is absent where its timestamp is signed, or its signature is remembered already. */
export type Recall =
  | { outcome: 'fresh'; remember?: SignatureToRemember }
  | { outcome: 'replayed'; reply: HttpReply; reason: string };

/** Asks the memory of signatures whether a call is a replay, where nothing in its signature says when it was made. */
export async function recallSignature(
  { table, now }: { table: Table; now: () => number },
  request: HttpRequest,
  project: string,
  endpoint: SignedEndpoint,
  signature: AcceptedSignature | undefined,
): Promise<Recall> {
  if (signature === undefined || signature.isTimed) return { outcome: 'fresh' };
  const { fingerprint, toleranceMs } = signature;
  const remembered = await findRememberedSignature(table, project, endpoint, fingerprint, now());
  if (remembered === undefined) return { outcome: 'fresh', remember: { endpoint, fingerprint } };
  if (judgeReplay(remembered, now(), toleranceMs) === 'fresh') return { outcome: 'fresh' };
  const limit = `it may be repeated for ${toleranceMs / 1_000} s`;
  const reason = `the signature was accepted at ${remembered.firstSeenAt} already; ${limit}`;
  return { outcome: 'replayed', reason, reply: refuseSignature(request, reason) };
}
