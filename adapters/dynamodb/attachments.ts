import { GetCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { uploadLane } from '../../core/deliveries/message.ts';
import { AttachmentRecord, uploadMs } from '../../core/uploads/attachment.ts';
import type { TransactItem } from './consequences.ts';
import { fastPathMs } from './deliveries.ts';
import { attachmentKey, attachmentPrefix, dueKey, filePlacesKey, storageKey, ticketKey } from './keys.ts';
import { readAll } from './read-all.ts';
import { cancelledItem, failedConditions, isConditionFailure, type Table } from './table.ts';
import { ticketStands } from './ticket-stands.ts';

/** How long it is remembered that an attachment was rejected or deleted, in seconds: 30 days, longer than any capability. */
const goneSeconds = 30 * 24 * 60 * 60;

/** A change of one attachment; without `before` it is new. */
export type AttachmentWrite = { before: AttachmentRecord | undefined; after: AttachmentRecord };

/** What an attachment's due entry is made from; `now` is in epoch milliseconds. */
export type AttachmentStorage = { dueShards: number; now: number };

/** What a project has stored. */
export const StorageUse = z.object({ bytes: z.int(), files: z.int() });
export type StorageUse = z.infer<typeof StorageUse>;

/** Reads one attachment, consistently; undefined where there is none, and where it was deleted it says so. */
export async function findAttachment(
  table: Table,
  { project, ticket, id }: { project: string; ticket: string; id: string },
): Promise<AttachmentRecord | undefined> {
  const Key = attachmentKey(project, ticket, id);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
  return Item === undefined ? undefined : AttachmentRecord.parse(Item);
}

/** Reads all attachments of a ticket, consistently, oldest first; not those that were deleted. */
export async function listAttachments(table: Table, project: string, ticket: string): Promise<AttachmentRecord[]> {
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :files)',
    ExpressionAttributeValues: { ':pk': ticketKey(project, ticket).pk, ':files': attachmentPrefix },
    ConsistentRead: true,
  });
  const records = items.map((item) => AttachmentRecord.parse(item)).filter(({ state }) => state !== 'deleted');
  return records.sort((one, other) => one.createdAt.localeCompare(other.createdAt) || one.id.localeCompare(other.id));
}

/** What a project has stored by now, read consistently. */
export async function readStorageUse(table: Table, project: string): Promise<StorageUse> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: storageKey(project), ConsistentRead: true }),
  );
  return Item === undefined ? { bytes: 0, files: 0 } : StorageUse.parse(Item);
}

/** Stores a change of an attachment, unless it has changed meanwhile. */
export async function storeAttachment(
  table: Table,
  write: AttachmentWrite,
  storage: AttachmentStorage,
): Promise<'stored' | 'changed-meanwhile'> {
  try {
    await table.client.send(new PutCommand(attachmentItem(table, write, storage).Put));
    return 'stored';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'changed-meanwhile';
  }
}

/** The write of an attachment as a part of a transaction: due until nothing of it is left to be done. */
export function attachmentItem(
  table: Table,
  { before, after }: AttachmentWrite,
  { dueShards, now }: AttachmentStorage,
): { Put: NonNullable<TransactItem['Put']> } {
  const { project, ticket, id, state, createdAt } = after;
  const due = (atMs: number) =>
    dueKey({ id: `${project}/${ticket}/${id}`, lane: uploadLane }, new Date(atMs).toISOString(), dueShards);
  const dueEntry = {
    pending: due(Date.parse(createdAt) + uploadMs),
    stored: {},
    rejected: due(now + fastPathMs),
    deleted: due(now + fastPathMs),
  }[state];
  const Item = { ...attachmentKey(project, ticket, id), ...dueEntry, ...after, type: 'attachment' };
  if (before === undefined) {
    return { Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }
  return {
    Put: {
      TableName: table.name,
      Item,
      ConditionExpression: '#version = :before',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':before': before.version },
    },
  };
}

/**
 * Stores an attachment that is declared, on one of the places that its ticket has for them: nothing where there is none left, or
 * where the ticket was deleted.
 */
export async function declareAttachment(
  table: Table,
  after: AttachmentRecord,
  { most, token, ...storage }: AttachmentStorage & { most: number; token: string },
): Promise<'stored' | 'no-place' | 'ticket-deleted'> {
  const { project, ticket } = after;
  const { Put } = attachmentItem(table, { before: undefined, after }, storage);
  const TransactItems: TransactItem[] = [
    { Put: { ...Put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
    {
      Update: {
        TableName: table.name,
        Key: filePlacesKey(project, ticket),
        UpdateExpression: 'ADD taken :one SET #type = :type',
        ConditionExpression: 'attribute_not_exists(taken) OR taken < :most',
        ExpressionAttributeNames: { '#type': 'type' },
        ExpressionAttributeValues: { ':one': 1, ':type': 'file-places', ':most': most },
      },
    },
    ...ticketStands(table, project, { ticket }),
  ];
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }));
    return 'stored';
  } catch (error) {
    const failed = failedConditions(error);
    if (failed === undefined) throw error;
    // Ids are given once: one that is there is ours, of a try whose answer was lost.
    if (cancelledItem(error, 0) !== undefined) return 'stored';
    return failed.includes(2) ? 'ticket-deleted' : 'no-place';
  }
}

/** The change of what a project has stored, as a part of a transaction; refused where it would have more than `maxBytes`. */
export function storageItem(table: Table, project: string, added: StorageUse, maxBytes?: number): TransactItem {
  const limit = maxBytes === undefined ? undefined : { ':most': maxBytes - added.bytes };
  return {
    Update: {
      TableName: table.name,
      Key: storageKey(project),
      UpdateExpression: 'ADD #bytes :bytes, files :files SET #type = :type',
      ...(limit === undefined ? {} : { ConditionExpression: 'attribute_not_exists(#bytes) OR #bytes <= :most' }),
      ExpressionAttributeNames: { '#bytes': 'bytes', '#type': 'type' },
      ExpressionAttributeValues: { ':bytes': added.bytes, ':files': added.files, ':type': 'storage', ...limit },
    },
  };
}

/** Notes that nothing of a rejected or deleted attachment lies in the bucket any more: it is due no more, and forgotten one day. */
export async function markRemoved(table: Table, { project, ticket, id, version }: AttachmentRecord, now: number) {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: attachmentKey(project, ticket, id),
        UpdateExpression: 'SET expiresAt = :expiresAt REMOVE duePk, dueSk',
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': version, ':expiresAt': Math.floor(now / 1_000) + goneSeconds },
      }),
    );
  } catch (error) {
    // Somebody else went on with it.
    if (!isConditionFailure(error)) throw error;
  }
}
