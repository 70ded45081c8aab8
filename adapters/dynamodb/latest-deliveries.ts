import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { memberKey, ticketKey } from './keys.ts';
import type { Table } from './table.ts';

const Latest = z.object({ latestDeliveries: z.record(z.string(), z.string()).optional() });

/** Reads which delivery was made last for an endpoint and a record, consistently; undefined where the record names none. */
export async function findLatestDelivery(
  table: Table,
  { project, target }: Pick<Delivery, 'project' | 'target'>,
  endpoint: string,
): Promise<string | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({
      TableName: table.name,
      Key: 'ticket' in target ? ticketKey(project, target.ticket) : memberKey(project, target.member),
      ProjectionExpression: 'latestDeliveries.#endpoint',
      ExpressionAttributeNames: { '#endpoint': endpoint },
      ConsistentRead: true,
    }),
  );
  return Item === undefined ? undefined : Latest.parse(Item).latestDeliveries?.[endpoint];
}
