import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type AwsCall, AwsRefusal } from './aws-json.ts';
import type { Table } from './known-resources.ts';
import { messageOf, StartError } from './start-error.ts';

const Key = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const Description = z.object({
  Table: z.object({
    KeySchema: Key,
    GlobalSecondaryIndexes: z
      .array(
        z.object({
          IndexName: z.string(),
          KeySchema: Key,
          Projection: z.object({ ProjectionType: z.string(), NonKeyAttributes: z.array(z.string()).optional() }),
        }),
      )
      .default([]),
    LatestStreamArn: z.string().optional(),
    LatestStreamLabel: z.string().optional(),
  }),
});

type TableProperties = z.output<typeof Table.schema>;

/** What is known of a table once it is there; `stream` has the engine's own ARN. */
export type ProvisionedTable = { created: boolean; stream?: { arn: string; label: string } };

/** Creates a table, or checks that the one of an earlier start has the same keys and indexes: it is never migrated. */
export async function provisionTable(
  dynamodb: AwsCall,
  name: string,
  wanted: TableProperties,
): Promise<ProvisionedTable> {
  const before = await describe(dynamodb, name);
  if (before !== undefined) refuseOtherKeys(name, before, wanted);
  else await create(dynamodb, name, wanted);
  const table = before ?? (await describe(dynamodb, name));
  const { LatestStreamArn: arn, LatestStreamLabel: label } = table ?? {};
  const created = before === undefined;
  return arn === undefined || label === undefined ? { created } : { created, stream: { arn, label } };
}

/** Whether an earlier start has created the table. */
export async function tableExists(dynamodb: AwsCall, name: string): Promise<boolean> {
  return (await describe(dynamodb, name)) !== undefined;
}

async function describe(dynamodb: AwsCall, TableName: string) {
  try {
    return Description.parse(await dynamodb('DescribeTable', { TableName })).Table;
  } catch (error) {
    if (error instanceof AwsRefusal && error.type === 'ResourceNotFoundException') return undefined;
    throw new StartError(
      `The tables cannot be read (${messageOf(error)}); restore them, or start with another --data-dir.`,
      {
        cause: error,
      },
    );
  }
}

async function create(dynamodb: AwsCall, TableName: string, wanted: TableProperties): Promise<void> {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode, StreamSpecification } = wanted;
  await dynamodb('CreateTable', {
    TableName,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes,
    BillingMode,
    ...(StreamSpecification === undefined
      ? {}
      : { StreamSpecification: { StreamEnabled: true, ...StreamSpecification } }),
  });
  const { TimeToLiveSpecification } = wanted;
  if (TimeToLiveSpecification !== undefined) await dynamodb('UpdateTimeToLive', { TableName, TimeToLiveSpecification });
}

type KeysAndIndexes = Pick<z.output<typeof Description>['Table'], 'KeySchema'> & {
  GlobalSecondaryIndexes?: z.output<typeof Description>['Table']['GlobalSecondaryIndexes'] | undefined;
};

function refuseOtherKeys(name: string, found: KeysAndIndexes, wanted: KeysAndIndexes): void {
  if (isDeepStrictEqual(shapeOf(found), shapeOf(wanted))) return;
  throw new StartError(
    `The table ${name} in the data directory has other keys or indexes than this version; start with --ephemeral or another --data-dir.`,
  );
}

function shapeOf({ KeySchema, GlobalSecondaryIndexes = [] }: KeysAndIndexes) {
  const indexes = GlobalSecondaryIndexes.map(({ IndexName, KeySchema: keys, Projection }) => [
    IndexName,
    { keys, type: Projection.ProjectionType, attributes: [...(Projection.NonKeyAttributes ?? [])].sort() },
  ]);
  return { KeySchema, indexes: Object.fromEntries(indexes) };
}
