import { GetCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Run } from '../../core/runs/run.ts';
import type { Ticket } from '../../core/tickets/ticket.ts';
import { AttachmentRecord } from '../../core/uploads/attachment.ts';
import { storageItem } from './attachments.ts';
import { attachmentPrefix, deletedTicketKey, type ItemKey, ticketKey } from './keys.ts';
import { lookupKeysOf } from './lookups.ts';
import { removeItem } from './remove-item.ts';
import { readPartition } from './rewrites.ts';
import { newRunItem, runExpiry } from './runs.ts';
import { failedConditions, type Table } from './table.ts';
import { transact } from './transact.ts';

/** The mark of a deleted ticket: the partitions of the entries by which it was found, hashed, until they are cleared away. */
const DeletedTicket = z.object({ lookups: z.array(z.string()).default([]) });

/** Something that hangs on a ticket: an item of its partition, and the file that it stands for. */
export type TicketPart = { key: ItemKey; file?: AttachmentRecord };

/**
 * Deletes a ticket together with the run that clears away what hangs on it: from then on nothing finds the ticket.
 *
 *   ticket as it was read  ->  the mark that it was deleted, and a run
 */
export async function deleteTicket(
  table: Table,
  { ticket, run, token }: { ticket: Ticket; run: Run; token: string },
  dueShards: number,
): Promise<'deleted' | 'changed-meanwhile' | 'contended'> {
  const { project, id } = ticket;
  const mark = {
    ...deletedTicketKey(project, id),
    type: 'deleted-ticket',
    version: 1,
    run: run.id,
    deletedAt: run.startedAt,
    lookups: lookupKeysOf({ project, kind: 'ticket', id }, ticket.external).map(({ pk }) => pk),
    expiresAt: runExpiry(run),
  };
  const gone = { Delete: { TableName: table.name, Key: ticketKey(project, id), ...isAt(ticket.version) } };
  const marked = { Put: { TableName: table.name, Item: mark, ConditionExpression: 'attribute_not_exists(pk)' } };
  const outcome = await transact(table, [gone, marked, newRunItem(table, run, dueShards)], token);
  return outcome === 'stored' ? 'deleted' : outcome;
}

/** That a record is the version that was read. */
function isAt(version: number) {
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}

/** Yields what still hangs on a deleted ticket, all but the mark. */
export async function* readTicketParts(table: Table, project: string, ticket: string): AsyncGenerator<TicketPart[]> {
  const mark = deletedTicketKey(project, ticket);
  for await (const items of readPartition(table, mark.pk)) {
    yield items.flatMap((item): TicketPart[] => {
      const key = { pk: item.pk, sk: item.sk };
      if (key.sk === mark.sk) return [];
      return [key.sk.startsWith(attachmentPrefix) ? { key, file: AttachmentRecord.parse(item) } : { key }];
    });
  }
}

/** Removes a file's item, and with a stored one what it counted for, once. */
export async function removeFileItem(
  table: Table,
  key: ItemKey,
  { project, state, size, version }: AttachmentRecord,
): Promise<'removed' | 'changed-meanwhile'> {
  const counted = state === 'stored' ? [storageItem(table, project, { bytes: -size, files: -1 })] : [];
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Delete: { TableName: table.name, Key: { pk: key.pk, sk: key.sk }, ...isAt(version) } },
          ...counted,
        ],
      }),
    );
    return 'removed';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'changed-meanwhile';
  }
}

/** Removes the entries by which a deleted ticket was found by values from outside; its mark forgets them. */
export async function removeTicketLookups(table: Table, project: string, ticket: string): Promise<void> {
  const mark = deletedTicketKey(project, ticket);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: mark, ConsistentRead: true }));
  if (Item === undefined) return;
  for (const pk of DeletedTicket.parse(Item).lookups) await removeItem(table, { pk, sk: ticket });
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: mark,
      UpdateExpression: 'REMOVE lookups',
      ConditionExpression: 'attribute_exists(pk)',
    }),
  );
}
