import { keyRateKey } from '../../adapters/dynamodb/keys.ts';
import { takeTurns } from '../../adapters/dynamodb/rate-windows.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import { liesIn } from './address-ranges.ts';
import { type HttpReply, type HttpRequest, refuse } from './http.ts';
import type { RateNote } from './rate-note.ts';

/** Why a known key may not be used by this call, for its caller and for the log. */
export type NotAdmitted = { reply: HttpReply; reason: string };

/** Checks that a known key may be used from where the caller is, and counts the call against the key's rate. */
export async function admitKey(
  { table, now }: { table: Table; now: () => number },
  request: HttpRequest,
  { prefix, allowedCidrs, maxPerMinute }: ApiKey,
  noteRate: RateNote,
): Promise<NotAdmitted | undefined> {
  if (allowedCidrs !== undefined && !liesIn(request.address, allowedCidrs)) {
    const reply = refuse(403, `This API key may not be used from your address, ${request.address}.`);
    return { reply, reason: 'the address is not allowed for this key' };
  }
  if (maxPerMinute === undefined) return undefined;
  const at = now();
  const turn = await takeTurns(table, { key: keyRateKey(prefix), maxPerMinute }, 1, at);
  const { seconds } = noteRate(turn, maxPerMinute, at);
  if (turn.outcome === 'taken') return undefined;
  const description = `This API key may make ${maxPerMinute} calls a minute: try again in ${seconds} seconds.`;
  return { reply: refuse(429, description, undefined, { 'retry-after': seconds }), reason: "the key's rate is spent" };
}
