import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { OnceMark, TransactItem } from './consequences.ts';
import { type DeliveryStorage, deliveryItem } from './deliveries.ts';
import { markItem } from './store-consequence.ts';
import { cancelledItem, failedConditions, isContention, type Table } from './table.ts';
import { ticketStands } from './ticket-stands.ts';

/** Stores a replay together with the mark that its delivery was sent again: once only, whoever else tries. */
export async function storeReplay(
  table: Table,
  { delivery, mark, token }: { delivery: Delivery; mark: OnceMark; token: string },
  storage: DeliveryStorage,
): Promise<'stored' | 'done-before' | 'ticket-deleted' | 'contended'> {
  const Item = deliveryItem(delivery, storage);
  const items: TransactItem[] = [
    markItem(table, mark, token),
    { Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } },
    ...ticketStands(table, delivery.project, delivery.target),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: items, ClientRequestToken: token }));
    return 'stored';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed === undefined) {
      if (!isContention(error)) throw error;
      return 'contended';
    }
    if (failed.every((place) => place === 2)) return 'ticket-deleted';
    return cancelledItem(error, 0)?.token?.S === token ? 'stored' : 'done-before';
  }
}
