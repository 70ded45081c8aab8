import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Change } from '../../core/records/change.ts';
import { changeKey, memberKey } from './keys.ts';
import type { StoredMember } from './members.ts';
import { failedConditions, isContention, type Table } from './table.ts';

/** Stores whether a member wants e-mails about tickets of their teams, with the entry of their history that says so. */
export async function storeNotificationChoice(
  table: Table,
  project: string,
  { member, version }: StoredMember,
  { choice, change }: { choice: 'on' | 'off'; change: Change },
): Promise<'stored' | 'changed-meanwhile'> {
  const key = memberKey(project, member.email);
  const next = '#version = :next';
  const update = {
    TableName: table.name,
    Key: key,
    UpdateExpression:
      choice === 'off'
        ? `SET #notifications = :off, #listed.#notifications = :off, ${next}`
        : `SET ${next} REMOVE #notifications, #listed.#notifications`,
    ConditionExpression: '#version = :before',
    ExpressionAttributeNames: { '#notifications': 'notifications', '#listed': 'listed', '#version': 'version' },
    ExpressionAttributeValues: {
      ':before': version,
      ':next': version + 1,
      ...(choice === 'off' ? { ':off': 'off' } : {}),
    },
  };
  const entry = {
    TableName: table.name,
    Item: { ...changeKey(key, change), ...change, type: 'change' },
    ConditionExpression: 'attribute_not_exists(pk)',
  };
  try {
    await table.client.send(new TransactWriteCommand({ TransactItems: [{ Update: update }, { Put: entry }] }));
    return 'stored';
  } catch (error) {
    if (failedConditions(error) === undefined && !isContention(error)) throw error;
    return 'changed-meanwhile';
  }
}
