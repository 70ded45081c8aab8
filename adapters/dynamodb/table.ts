import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createMeter, type Meter } from './meter.ts';

/** The one table, opened: what every store is given. */
export type Table = { client: DynamoDBDocumentClient; name: string; meter: Meter };

/** Opens the table; endpoint, region and credentials are the SDK's own matter (its environment variables). */
export function openTable(name: string, client = new DynamoDBClient({ maxAttempts: 5 })): Table {
  const meter = createMeter();
  meter.attach(client);
  // A value whose key is `constructor` looks like an instance of a class; there are no such instances here.
  const marshallOptions = { removeUndefinedValues: true, convertClassInstanceToMap: true };
  return { client: DynamoDBDocumentClient.from(client, { marshallOptions }), name, meter };
}

/** Whether a write was refused by its own condition, which is an answer and not a fault. */
export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/** The places (from 0) of the items whose condition cancelled a transaction; undefined where that was not the cause. */
export function failedConditions(error: unknown): number[] | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code);
  const failed = codes.flatMap((code, place) => (code === 'ConditionalCheckFailed' ? [place] : []));
  return failed.length === 0 ? undefined : failed;
}

/** The item that was in the way of one part of a cancelled transaction, where the part asked for it. */
export function cancelledItem(error: unknown, place: number): Record<string, AttributeValue> | undefined {
  return error instanceof TransactionCanceledException ? error.CancellationReasons?.[place]?.Item : undefined;
}

/** Whether a call failed for contention or throttling that outlasted the SDK's retries. */
export function isContention(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (contentionNames.has(error.name)) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  return codes.some((code) => contentionCodes.has(code));
}

/** Whether a transaction can never be carried out as it is: an expression or an item outgrows what the table takes. */
export function isInvalidWrite(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ValidationException') return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  return (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ValidationError');
}

const contentionNames = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionConflictException',
  'TransactionInProgressException',
]);
const contentionCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
