import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { type DeliveryStorage, deliveryExpiry } from './deliveries.ts';
import { attemptKey, deliveryKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** What of a delivery holds what was sent, or leads to it; the outcome, its times and the endpoint stay. */
const contents = ['request', 'mail', 'capture', 'success', 'follow', 'followUp', 'duePk', 'dueSk'];

/**
 * Erases what a settled delivery sent and was answered; what it came to stays.
 *
 *   settled  ->  settled, without content, and due for nothing
 */
export async function eraseDeliveryContent(
  table: Table,
  { delivery, attempts, reason }: { delivery: Delivery; attempts: readonly Attempt[]; reason: string },
  options: DeliveryStorage,
): Promise<'erased' | 'moved-on'> {
  for (const { number } of attempts) if (number > 1) await eraseAttempt(table, delivery.id, number);
  const first = delivery.firstAttempt === undefined ? undefined : withoutContent(delivery.firstAttempt);
  const set = ['erasedAt = :at', 'reason = :reason', 'expiresAt = if_not_exists(expiresAt, :expiry)'];
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: deliveryKey(delivery.id),
        UpdateExpression: `SET ${[...set, ...(first === undefined ? [] : ['firstAttempt = :first'])].join(', ')} REMOVE ${contents.map((name) => `#${name}`).join(', ')}`,
        ConditionExpression: 'outcome <> :pending AND attemptsMade = :made',
        ExpressionAttributeNames: Object.fromEntries(contents.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':at': new Date(options.now).toISOString(),
          ':reason': reason,
          ':expiry': deliveryExpiry(options),
          ':pending': 'pending',
          ':made': delivery.attemptsMade,
          ...(first === undefined ? {} : { ':first': first }),
        },
      }),
    );
    return 'erased';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'moved-on';
  }
}

/** Erases what a later attempt was answered. */
export async function eraseAttempt(table: Table, delivery: string, number: number): Promise<void> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: attemptKey(delivery, number),
        UpdateExpression: 'REMOVE #response, captured, uncaptured, #error',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#response': 'response', '#error': 'error' },
      }),
    );
  } catch (error) {
    // It expired meanwhile.
    if (!isConditionFailure(error)) throw error;
  }
}

function withoutContent({ number, startedAt, durationMs }: Attempt): Attempt {
  return { number, startedAt, durationMs };
}
