import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { storeAttachment } from '../../adapters/dynamodb/attachments.ts';
import { findDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { openTable, type Table } from '../../adapters/dynamodb/table.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { AttachmentRecord } from '../../core/uploads/attachment.ts';
import { environmentNames } from '../../functions/environment.ts';
import { credentials, region } from '../../local/place.ts';
import { storeDelivery } from '../pending-mail.ts';
import type { Engines } from './drain-overdue.ts';

/** Puts a delivery into the table of a running stack, which then sends it as any other. */
export async function storeInStack(engines: Engines, delivery: Delivery): Promise<void> {
  const dueShards = Number(engines[environmentNames.dueShards]);
  await withTable(engines, (table) => storeDelivery(table, delivery, Date.parse(delivery.createdAt), dueShards));
}

/** Reads a delivery from the table of a running stack. */
export async function findInStack(engines: Engines, { project, id }: Delivery): Promise<Delivery | undefined> {
  return (await withTable(engines, (table) => findDelivery(table, project, id)))?.delivery;
}

/** Puts a file that should have come a week ago into the table of a running stack: it is due. */
export async function storePendingFile(
  engines: Engines,
  { project, ticket, fileName }: { project: string; ticket: string; fileName: string },
): Promise<void> {
  const dueShards = Number(engines[environmentNames.dueShards]);
  const after: AttachmentRecord = {
    ...{ id: 'tourfile000000000000', project, ticket, field: 'crash-log', fileName, uploadId: 'nobody' },
    ...{ contentType: 'text/plain', size: 1, state: 'pending', version: 1, createdAt: '2026-01-01T00:00:00.000Z' },
  };
  await withTable(engines, (table) => storeAttachment(table, { before: undefined, after }, { dueShards, now: 0 }));
}

async function withTable<Value>(engines: Engines, work: (table: Table) => Promise<Value>): Promise<Value> {
  const endpoint = engines.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  const client = new DynamoDBClient({ endpoint, region, credentials });
  try {
    return await work(openTable(engines[environmentNames.tableName] ?? '', client));
  } finally {
    client.destroy();
  }
}
