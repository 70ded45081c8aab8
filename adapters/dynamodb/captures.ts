import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Delivery, FrozenCapture } from '../../core/deliveries/delivery.ts';
import { type CaptureDecision, decideCapture } from '../../core/external-data/decide-capture.ts';
import type { Uncaptured } from '../../core/external-data/read-values.ts';
import type { Change } from '../../core/records/change.ts';
import { ExternalData, type ExternalValue } from '../../core/tickets/ticket.ts';
import { type CaptureTarget, capturedUpdate } from './captured-update.ts';
import type { TransactItem } from './consequences.ts';
import { changeKey, memberKey, ticketKey } from './keys.ts';
import { lookupItems } from './lookups.ts';
import { isOwnSettlement, type SettledLease, type Settlement } from './settlement.ts';
import { cancelledItem, failedConditions, isContention, isInvalidWrite, type Table } from './table.ts';

/** Values that came back for the record of a delivery. */
export type CaptureWrite = {
  delivery: Delivery;
  capture: FrozenCapture;
  captured: Readonly<Record<string, ExternalValue>>;
  at: string;
};

/** How a lease is settled, with the values for which there was no room. */
export type SettledWith = (decision: Pick<CaptureDecision, 'left' | 'changes'>) => {
  settlement: Settlement;
  items: readonly TransactItem[];
};

/** What came of it; `alone` where nothing is to be written with the settlement: the values that were left, and why. */
export type CaptureOutcome =
  | { outcome: 'settled' }
  | { outcome: 'lease-lost' }
  | { outcome: 'alone'; left: Uncaptured[] };

const StoredTarget = z.looseObject({ version: z.int(), external: ExternalData });

/** Tries to write while others change the same group for the first time, or the same value. */
const maxTries = 5;
/** The first wait between tries, in milliseconds; each is twice the one before. */
const firstPauseMs = 50;

/**
 * Stores captured values together with the settlement that brought them.
 *
 *   settlement, external values and version of the record, lookup entries, history  ->  all or none
 *
 * The record is not guarded by its version: whoever decides on an older one loses and decides again, while this is never
 * lost to them. A value by which the record is found is guarded by its old value. Where no try succeeds the values are left,
 * because the request has been sent: a delivery that does not settle would be sent once more.
 */
export async function settleCapture(
  table: Table,
  lease: SettledLease,
  settledWith: SettledWith,
  write: CaptureWrite,
  { newId, pause }: { newId: () => string; pause: (maxMs: number) => Promise<void> },
): Promise<CaptureOutcome> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(firstPauseMs * 2 ** (tries - 2));
    const target = await findTarget(table, write.delivery);
    if (target === undefined) return leaveAll(write, `${idOf(write.delivery)} was deleted meanwhile`);
    const decision = decideCapture(target, write.capture, write.captured);
    if (decision.changes.length === 0) return { outcome: 'alone', left: decision.left };
    const { settlement, items } = settledWith(decision);
    const TransactItems = [...items, ...captureItems(table, write, target, decision, newId())];
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: newId() }));
      return { outcome: 'settled' };
    } catch (error) {
      const failed = failedConditions(error);
      if (failed?.includes(0) === true) {
        return { outcome: isOwnSettlement(cancelledItem(error, 0), lease, settlement) ? 'settled' : 'lease-lost' };
      }
      // The attempt is there already: whoever found the lease lapsed has recorded it as interrupted.
      if (failed?.some((place) => place < items.length) === true) return { outcome: 'lease-lost' };
      if (isInvalidWrite(error)) return leaveAll(write, 'the table refuses them together');
      if (failed === undefined && !isContention(error)) throw error;
    }
  }
  return leaveAll(write, `${idOf(write.delivery)} was changed by others at each of ${maxTries} tries`);
}

function leaveAll({ captured }: CaptureWrite, reason: string): CaptureOutcome {
  return { outcome: 'alone', left: Object.keys(captured).map((field) => ({ field, reason })) };
}

async function findTarget(table: Table, delivery: Delivery): Promise<CaptureTarget | undefined> {
  const { project, target } = delivery;
  const kind = 'ticket' in target ? 'ticket' : 'member';
  const key = 'ticket' in target ? ticketKey(project, target.ticket) : memberKey(project, target.member);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }));
  if (Item === undefined) return undefined;
  const { version, external } = StoredTarget.parse(Item);
  return { key, kind, id: idOf(delivery), version, external, bytes: Buffer.byteLength(JSON.stringify(Item)) };
}

function idOf({ target }: Delivery): string {
  return 'ticket' in target ? target.ticket : target.member;
}

function captureItems(
  table: Table,
  write: CaptureWrite,
  target: CaptureTarget,
  decision: CaptureDecision,
  changeId: string,
): TransactItem[] {
  const { at, delivery } = write;
  const { changes, lookups } = decision;
  // Nothing guards the version, so that two changes of one instant may be said to have made the same one.
  const version = target.version + 1;
  const change: Change = { id: changeId, at, version, cause: { kind: 'capture', key: delivery.id }, changes };
  return [
    { Update: capturedUpdate(table, write, target, decision) },
    ...lookupItems(table, { ...target, project: delivery.project }, lookups),
    {
      Put: {
        TableName: table.name,
        Item: { ...changeKey(target.key, change), ...change, type: 'change' },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ];
}
