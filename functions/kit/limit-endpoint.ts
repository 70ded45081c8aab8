import { type EndpointName, endpointRateKey } from '../../adapters/dynamodb/keys.ts';
import { takeTurns } from '../../adapters/dynamodb/rate-windows.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { networkOf } from './address-ranges.ts';
import type { NotAdmitted } from './admit-key.ts';
import { type HttpRequest, refuse } from './http.ts';
import type { RateNote } from './rate-note.ts';

/** How many times what one address may send an endpoint takes from all of them (docs/decisions/0034). */
const addressesInAll = 10;
/** What one counter's item can take in a minute: DynamoDB writes an item a thousand times a second. */
const mostInAll = 60_000;

/** An endpoint whose calls are counted. */
export type LimitedEndpoint = EndpointName & { maxPerMinute: number };

/**
 * Counts calls, or the reports of a batch, against the rate of an endpoint: first those of the caller's address, then all. So
 * whoever has spent their own share takes nothing from others.
 */
export async function limitEndpoint(
  { table, now }: { table: Table; now: () => number },
  { address }: Pick<HttpRequest, 'address'>,
  { maxPerMinute, ...endpoint }: LimitedEndpoint,
  { turns, noteRate }: { turns: number; noteRate: RateNote },
): Promise<NotAdmitted | undefined> {
  const inAll = Math.min(maxPerMinute * addressesInAll, mostInAll);
  const at = now();
  const windows = [
    { key: endpointRateKey(endpoint, networkOf(address)), maxPerMinute, whose: 'from your address' },
    { key: endpointRateKey(endpoint), maxPerMinute: inAll, whose: 'in all' },
  ];
  for (const { key, maxPerMinute: most, whose } of windows) {
    const turn = await takeTurns(table, { key, maxPerMinute: most }, turns, at);
    const { seconds } = noteRate(turn, most, at);
    if (turn.outcome === 'taken') continue;
    const rate = `This ${endpoint.what} takes ${most} calls a minute ${whose}`;
    const batch = turns > most ? '; each report of a batch counts, so send smaller ones' : '';
    const description = `${rate}${batch}: try again in ${seconds} seconds.`;
    const reply = refuse(429, description, undefined, { 'retry-after': seconds });
    return { reply, reason: `the ${endpoint.what}'s rate ${whose.replace('your', 'this')} is spent` };
  }
  return undefined;
}
