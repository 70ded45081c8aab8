import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { TransactItem } from './consequences.ts';
import { documentPartKey, documentVersionKey, documentVersionPrefix, projectKey } from './keys.ts';
import type { Page } from './lists.ts';
import type { ProjectPointer, StoredDocument } from './projects.ts';
import { isConditionFailure, type Table } from './table.ts';

/** How long a superseded document version is kept, in seconds: 90 days. */
const keptSeconds = 90 * 24 * 60 * 60;

/** What is known of one document version. */
export const DocumentVersion = z
  .object({
    version: z.int(),
    etag: z.string().describe('What `If-Match` names while this version is in force.'),
    at: z.iso.datetime().describe('When it was applied.'),
    by: z.string().describe('Who applied it: a person by e-mail address, a machine by its scope.'),
    changes: z.int().describe('How much changed in the document; the members that it brought are not counted.'),
  })
  .meta({ id: 'DocumentVersion' });
export type DocumentVersion = z.infer<typeof DocumentVersion>;

const StoredVersion = DocumentVersion.extend({
  document: z.string(),
  parts: z.int(),
  expiresAt: z.int().optional(),
});

/** The entry of a new version, for the transaction that switches to it. */
export function versionItem(
  table: Table,
  { key, version, etag, updatedAt, document, parts }: ProjectPointer,
  { by, changes }: Pick<DocumentVersion, 'by' | 'changes'>,
): TransactItem {
  const known = { version, etag, at: updatedAt, by, changes, document, parts };
  return {
    Put: {
      TableName: table.name,
      Item: { ...documentVersionKey(key, version), ...known, type: 'document-version' },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

/** Lists the versions that a project still has, newest first, consistently; a page goes on after a version. */
export async function listVersions(
  table: Table,
  project: string,
  { limit, after, now }: { limit: number; after?: number | undefined; now: number },
): Promise<Page<DocumentVersion>> {
  const { Items = [], LastEvaluatedKey } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :versions)',
      ExpressionAttributeValues: { ':pk': projectKey(project).pk, ':versions': documentVersionPrefix },
      ...(after === undefined ? {} : { ExclusiveStartKey: documentVersionKey(project, after) }),
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit,
    }),
  );
  const stored = Items.map((item) => StoredVersion.parse(item));
  const items = stored.filter((version) => !isExpired(version, now)).map((version) => DocumentVersion.parse(version));
  const last = stored.at(-1);
  return LastEvaluatedKey === undefined || last === undefined ? { items } : { items, next: String(last.version) };
}

/** One version and where its document lies; undefined where there is none, or none any more. */
export async function findVersion(
  table: Table,
  project: string,
  version: number,
  now: number,
): Promise<{ version: DocumentVersion; stored: StoredDocument } | undefined> {
  const Key = documentVersionKey(project, version);
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true }));
  const found = Item === undefined ? undefined : StoredVersion.parse(Item);
  if (found === undefined || isExpired(found, now)) return undefined;
  const { document, parts } = found;
  return { version: DocumentVersion.parse(found), stored: { key: project, document, parts } };
}

/** Lets a version that is not in force expire, 90 days from `now` (epoch milliseconds). */
export async function retireVersion(table: Table, pointer: ProjectPointer, now: number): Promise<void> {
  const { key, version, document } = pointer;
  const expiresAt = Math.floor(now / 1000) + keptSeconds;
  const update = {
    TableName: table.name,
    UpdateExpression: 'SET expiresAt = :expiresAt',
    ExpressionAttributeValues: { ':expiresAt': expiresAt },
  };
  for (let part = 0; part < pointer.parts; part += 1) {
    const Key = documentPartKey(key, document, part);
    await table.client.send(new UpdateCommand({ ...update, Key, ConditionExpression: 'attribute_exists(pk)' }));
  }
  try {
    await table.client.send(
      new UpdateCommand({
        ...update,
        Key: documentVersionKey(key, version),
        // Of two that wrote the same version, the entry is the winner's.
        ConditionExpression: 'document = :document',
        ExpressionAttributeValues: { ':expiresAt': expiresAt, ':document': document },
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}

/** DynamoDB deletes what has expired within a few days (developer guide, "Time to live"). */
function isExpired({ expiresAt }: { expiresAt?: number | undefined }, now: number): boolean {
  return expiresAt !== undefined && expiresAt * 1000 <= now;
}
