import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { keptSeconds } from '../../core/quarantine/bounds.ts';
import type { KeptSubmission } from '../../core/quarantine/submission.ts';
import { keptCountKey, submissionKey, submissionListKey } from './keys.ts';
import { isConditionFailure, type Table } from './table.ts';

/** Counts another submission that a source keeps within the hour of an instant, unless it has kept so many. */
export async function countKept(
  table: Table,
  { project, source, at }: { project: string; source: string; at: string },
  max: number,
): Promise<'counted' | 'full'> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: keptCountKey(project, source, at),
        UpdateExpression: 'ADD n :one SET #type = :type, expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(pk) OR n < :max',
        ExpressionAttributeNames: { '#type': 'type' },
        ExpressionAttributeValues: {
          ':one': 1,
          ':max': max,
          ':type': 'kept-count',
          ':expiresAt': Math.floor(Date.parse(at) / 1000) + 2 * 60 * 60,
        },
      }),
    );
    return 'counted';
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return 'full';
  }
}

/** Stores a submission that was rejected; ids are given once, so what is in the way is ours. */
export async function keepSubmission(table: Table, submission: KeptSubmission): Promise<void> {
  const { id, project, source, state, submittedAt, apiKey, description } = submission;
  const expiresAt = Math.floor(Date.parse(submittedAt) / 1000) + keptSeconds;
  const listed = { source, state, apiKey, description: description.slice(0, 200).toWellFormed() };
  try {
    await table.client.send(
      new PutCommand({
        TableName: table.name,
        Item: {
          ...submissionKey(project, id),
          ...submissionListKey(project, submittedAt, id),
          ...submission,
          type: 'rejected-submission',
          listed,
          expiresAt,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
  }
}
