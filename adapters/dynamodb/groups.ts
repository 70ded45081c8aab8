import * as z from 'zod';
import { batchGet } from './batch-get.ts';
import type { TransactItem } from './consequences.ts';
import { groupKey } from './keys.ts';
import type { Table } from './table.ts';

const Group = z.looseObject({ pk: z.string(), ticket: z.string() });

/** The tickets that have a group of a source's reports, by the source's names: at most one under each. */
export async function findGroupTickets(
  table: Table,
  { project, names, group }: { project: string; names: readonly string[]; group: string },
): Promise<Map<string, string>> {
  const keyOf = (name: string) => groupKey(project, name, group);
  const items = (await batchGet(table, names.map(keyOf))).map((item) => Group.parse(item));
  return new Map(
    names.flatMap((name) => {
      const held = items.find(({ pk }) => pk === keyOf(name).pk);
      return held === undefined ? [] : [[name, held.ticket]];
    }),
  );
}

/** The part of a transaction by which a new ticket has its group, unless another has got it meanwhile; `token` tells ours. */
export function groupItem(
  table: Table,
  { project, id }: { project: string; id: string },
  { source, group, takesOverFrom }: { source: string; group: string; takesOverFrom: string | undefined },
  token: string,
): TransactItem {
  const isFree = 'attribute_not_exists(pk)';
  return {
    Put: {
      TableName: table.name,
      Item: { ...groupKey(project, source, group), type: 'group', version: 1, ticket: id, token },
      ...(takesOverFrom === undefined
        ? { ConditionExpression: isFree }
        : {
            ConditionExpression: `${isFree} OR ticket = :before`,
            ExpressionAttributeValues: { ':before': takesOverFrom },
          }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}
