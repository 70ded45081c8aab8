import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { intervalMs, maxRateWaitMs, planRate } from '../../core/endpoints/rate.ts';
import { rateKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

const Timetable = z.object({ freeAt: z.number(), lineEnd: z.number() });
type Timetable = z.infer<typeof Timetable>;

/** The turn of a call: the instant at which it may go, or when to come again. */
type RateTurn = { outcome: 'go'; at: number } | { outcome: 'hold'; until: number };

/** Tries before a call is told to come again in a moment: others took the turn each time. */
const maxTries = 6;
/** How long an endpoint's timetable is kept after its last call, in seconds. */
const keptSeconds = 24 * 60 * 60;

/**
 * Reserves an endpoint's next turn over all instances; one write where the endpoint is free. No two have the same instant, but
 * what is fetched between it and the call (secrets, a stored body, a token) puts the call off by as much.
 *
 *   free (freeAt <= now)      ->  freeAt = now + interval        goes now
 *   free soon                 ->  freeAt = freeAt + interval     goes when it was free
 *   else                      ->  lineEnd = lineEnd + interval   comes again at the line's old end
 */
export async function reserveTurn(
  table: Table,
  endpoint: string,
  call: { maxPerSecond: number; now: number; returning: boolean },
): Promise<RateTurn> {
  const { now, returning } = call;
  const interval = intervalMs(call.maxPerSecond);
  // An endpoint that has a line is the exception: the first try spares the read.
  let seen = await write(table, endpoint, now, starting(call, returning ? '' : ' AND lineEnd <= :now'));
  if (seen.outcome === 'written') return { outcome: 'go', at: now };
  for (let tries = 1; tries < maxTries; tries += 1) {
    const plan = planRate(seen.timetable, { now, returning });
    if (plan.step === 'return') return { outcome: 'hold', until: plan.until };
    const change =
      plan.step === 'start'
        ? starting(call, '')
        : plan.step === 'follow'
          ? following(call)
          : liningUp(call, seen.timetable);
    seen = await write(table, endpoint, now, change);
    if (seen.outcome === 'refused') continue;
    if (plan.step === 'start') return { outcome: 'go', at: now };
    const { freeAt, lineEnd } = seen.timetable;
    return plan.step === 'follow'
      ? { outcome: 'go', at: freeAt - interval }
      : { outcome: 'hold', until: Math.max(now, lineEnd - interval) };
  }
  return { outcome: 'hold', until: now + Math.max(interval, maxRateWaitMs) };
}

type Call = { maxPerSecond: number; now: number };
type Change = { set: string; condition: string; values: Record<string, number> };
type Written = { outcome: 'written'; timetable: Timetable } | { outcome: 'refused'; timetable?: Timetable };

function starting({ maxPerSecond, now }: Call, unless: string): Change {
  return {
    set: 'freeAt = :free, lineEnd = if_not_exists(lineEnd, :now)',
    condition: `attribute_not_exists(pk) OR (freeAt <= :now${unless})`,
    values: { ':now': now, ':free': now + intervalMs(maxPerSecond) },
  };
}

function following({ maxPerSecond, now }: Call): Change {
  return {
    set: 'freeAt = freeAt + :interval',
    condition: 'freeAt > :now AND freeAt <= :soon',
    values: { ':now': now, ':soon': now + maxRateWaitMs, ':interval': intervalMs(maxPerSecond) },
  };
}

function liningUp({ maxPerSecond, now }: Call, seen: Timetable | undefined): Change {
  const interval = intervalMs(maxPerSecond);
  const { freeAt, lineEnd } = seen ?? { freeAt: now, lineEnd: now };
  if (lineEnd > now) {
    const values = { ':now': now, ':interval': interval };
    return { set: 'lineEnd = lineEnd + :interval', condition: 'lineEnd > :now', values };
  }
  // A line begins behind those who already wait for their instant inside an instance.
  const values = { ':seen': lineEnd, ':end': Math.max(lineEnd, freeAt) + interval };
  return { set: 'lineEnd = :end', condition: 'lineEnd = :seen', values };
}

async function write(table: Table, endpoint: string, now: number, change: Change): Promise<Written> {
  const input: UpdateCommandInput = {
    TableName: table.name,
    Key: rateKey(endpoint),
    UpdateExpression: `SET ${change.set}, #type = :type, version = :version, expiresAt = :expiry`,
    ConditionExpression: change.condition,
    ExpressionAttributeNames: { '#type': 'type' },
    ExpressionAttributeValues: {
      ...change.values,
      ':type': 'rate',
      ':version': 1,
      ':expiry': Math.floor(now / 1000) + keptSeconds,
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
  try {
    const { Attributes } = await table.client.send(new UpdateCommand(input));
    return { outcome: 'written', timetable: Timetable.parse(Attributes) };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    if (error.Item === undefined) return { outcome: 'refused' };
    return { outcome: 'refused', timetable: Timetable.parse(unmarshall(error.Item)) };
  }
}
