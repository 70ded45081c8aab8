import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { projectKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** Archives a project at an instant (RFC 3339), or brings it back where there is none; `as-before` where nothing changes. */
export async function switchArchive(
  table: Table,
  project: string,
  archivedAt: string | undefined,
): Promise<'changed' | 'as-before'> {
  const archive = {
    UpdateExpression: 'SET archivedAt = :at, listed.archivedAt = :at',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(archivedAt)',
    ExpressionAttributeValues: { ':at': archivedAt },
  };
  const bringBack = {
    UpdateExpression: 'REMOVE archivedAt, listed.archivedAt',
    ConditionExpression: 'attribute_exists(archivedAt) AND attribute_not_exists(deletedBy)',
  };
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: projectKey(project),
        ...(archivedAt === undefined ? bringBack : archive),
      }),
    );
    return 'changed';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'as-before';
  }
}
