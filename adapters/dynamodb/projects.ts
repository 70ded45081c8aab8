import { gunzipSync, gzipSync } from 'node:zlib';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TransactItem } from './consequences.ts';
import { documentPartKey, documentPartPrefix, projectKey, projectListKey } from './keys.ts';
import { type Page, readListPage } from './lists.ts';
import { type MemberWrite, memberItems } from './members.ts';
import { readAll } from './read-all.ts';
import { failedConditions, type Table } from './table.ts';

/** Bytes of compressed document in one item, well below DynamoDB's 400 KB (docs/table.md). */
const maxPartBytes = 300_000;

/** Which document version of a project is current; switched last, so that readers see the old one or the new one. */
export const ProjectPointer = z.object({
  key: z.string(),
  name: z.string(),
  version: z.int(),
  etag: z.string(),
  /** The stored document version: its number and the attempt that wrote it, so that lost races leave no obstacle. */
  document: z.string(),
  parts: z.int(),
  /** Every id prefix the project ever used, with its feedback type. */
  idPrefixes: z.record(z.string(), z.string()),
  /** Until when calls of endpoints are kept to be looked at, by their names; applying a document leaves it as it is. */
  inspected: z.record(z.string(), z.iso.datetime()).optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  archivedAt: z.iso.datetime().optional().describe('Set while the project is archived: nothing new begins in it.'),
});
export type ProjectPointer = z.infer<typeof ProjectPointer>;

/** What the list of projects shows. */
export const ListedProject = ProjectPointer.pick({
  key: true,
  name: true,
  version: true,
  createdAt: true,
  updatedAt: true,
  archivedAt: true,
});
export type ListedProject = z.infer<typeof ListedProject>;

const DocumentPart = z.looseObject({ bytes: z.instanceof(Uint8Array) });

/** Reads a project's pointer, consistently; undefined where there is no such project, or where it is deleted. */
export async function findProject(table: Table, project: string): Promise<ProjectPointer | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: projectKey(project), ConsistentRead: true }),
  );
  return Item === undefined || Item.deletedBy !== undefined ? undefined : ProjectPointer.parse(Item);
}

/** Where a document version lies: its id, and how many parts it has. */
export type StoredDocument = Pick<ProjectPointer, 'key' | 'document' | 'parts'>;

/** Reads the document version a pointer names, as it was applied. */
export async function readDocument(table: Table, pointer: StoredDocument): Promise<unknown> {
  const found = await findDocument(table, pointer);
  if (found.outcome === 'found') return found.document;
  throw new Error(`document ${pointer.document} has ${found.parts} of its ${pointer.parts} parts`);
}

/** Reads a document version that may have expired, wholly or in part. */
export async function findDocument(
  table: Table,
  pointer: StoredDocument,
): Promise<{ outcome: 'found'; document: unknown } | { outcome: 'incomplete'; parts: number }> {
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :parts)',
    ExpressionAttributeValues: { ':pk': projectKey(pointer.key).pk, ':parts': documentPartPrefix(pointer.document) },
    ConsistentRead: true,
  });
  const parts = items.map((item) => DocumentPart.parse(item).bytes);
  if (parts.length !== pointer.parts) return { outcome: 'incomplete', parts: parts.length };
  return { outcome: 'found', document: JSON.parse(gunzipSync(Buffer.concat(parts)).toString('utf8')) };
}

/** Stores a document's parts as an immutable version that nothing points to yet; returns how many there are. */
export async function storeDocumentParts(
  table: Table,
  project: string,
  documentId: string,
  document: unknown,
): Promise<number> {
  const bytes = gzipSync(JSON.stringify(document));
  const count = Math.ceil(bytes.length / maxPartBytes);
  for (let part = 0; part < count; part += 1) {
    const slice = bytes.subarray(part * maxPartBytes, (part + 1) * maxPartBytes);
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: { ...documentPartKey(project, documentId, part), type: 'document-part', version: 1, bytes: slice },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }
  return count;
}

/** Makes a document version the current one, together with the members it seeds and what else changes with it, if nobody was faster. */
export async function switchDocument(
  table: Table,
  next: ProjectPointer,
  previousVersion: number | undefined,
  members: readonly MemberWrite[],
  beside: readonly TransactItem[] = [],
): Promise<'switched' | 'changed-meanwhile'> {
  try {
    await table.client.send(
      new TransactWriteCommand({
        TransactItems: [
          pointerItem(table, next, previousVersion),
          ...members.flatMap((member) => memberItems(table, member)),
          ...beside,
        ],
      }),
    );
    return 'switched';
  } catch (error) {
    if (failedConditions(error) === undefined) throw error;
    return 'changed-meanwhile';
  }
}

/** The write of a pointer; what others keep on the one that is there stays as it is. */
function pointerItem(
  table: Table,
  { inspected: _, ...next }: ProjectPointer,
  previousVersion: number | undefined,
): TransactItem {
  const Key = projectKey(next.key);
  const values: Record<string, unknown> = {
    ...{ ...projectListKey(next.key), ...next },
    ...{ type: 'project', listed: ListedProject.parse(next) },
  };
  if (previousVersion === undefined) {
    const Item = { ...Key, ...values };
    return { Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
  }
  const names = Object.keys(values);
  return {
    Update: {
      TableName: table.name,
      Key,
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: '#version = :previous AND attribute_not_exists(archivedAt)',
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
        ':previous': previousVersion,
      },
    },
  };
}

/** Lists all projects by key. */
export async function listProjects(
  table: Table,
  page: { limit: number; after?: string | undefined },
): Promise<Page<ListedProject>> {
  const { listPk } = projectListKey('');
  return await readListPage(table, { listPk, ...page, newestFirst: false }, (listed) => ListedProject.parse(listed));
}
