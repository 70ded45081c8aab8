import * as z from 'zod';
import type { RecordContext } from '../../core/tickets/record-values.ts';
import type { TransactItem } from './consequences.ts';
import { chainMarkKey, chainMarkPrefix, type ItemKey, memberKey, ticketKey } from './keys.ts';
import { readAll } from './read-all.ts';
import type { Table } from './table.ts';

/** How long it is remembered what ran in a chain, in seconds: 30 days, longer than a delivery of it can be pending. */
const rememberedSeconds = 30 * 24 * 60 * 60;

const Mark = z.object({ macro: z.string() });

/** What ran on these records as a chain went on, as chains remember macros (`ticket/track`); read consistently. */
export async function findChainMarks(table: Table, context: RecordContext, chain: string): Promise<Set<string>> {
  const found = await Promise.all(Object.values(keysOf(context)).map((record) => queryMarks(table, record, chain)));
  return new Set(found.flat());
}

/** The marks that macros ran as a chain went on, for the transaction that stores what they did; one that is there fails it. */
export function chainMarkItems(
  table: Table,
  context: RecordContext,
  { chain, macros }: { chain: string; macros: readonly string[] },
  now: number,
): TransactItem[] {
  const expiresAt = Math.floor(now / 1000) + rememberedSeconds;
  const { ticket, member } = keysOf(context);
  return macros.flatMap((macro) => {
    const record = macro.startsWith('ticket/') ? ticket : member;
    if (record === undefined) return [];
    const Item = { ...chainMarkKey(record, chain, macro), type: 'chain-mark', version: 1, macro, expiresAt };
    return [{ Put: { TableName: table.name, Item, ConditionExpression: 'attribute_not_exists(pk)' } }];
  });
}

/** A ticket's chain may run macros on its submitter: each mark lies with the record that its macro ran on. */
function keysOf(context: RecordContext): { ticket?: ItemKey; member?: ItemKey } {
  const project = context.project.key;
  if (!('ticket' in context)) return { member: memberKey(project, context.member.email) };
  const { ticket, submitter } = context;
  return {
    ticket: ticketKey(project, ticket.id),
    ...(submitter === undefined ? {} : { member: memberKey(project, submitter.email) }),
  };
}

async function queryMarks(table: Table, { pk }: ItemKey, chain: string): Promise<string[]> {
  const items = await readAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :marks)',
    ExpressionAttributeValues: { ':pk': pk, ':marks': chainMarkPrefix(chain) },
    ConsistentRead: true,
  });
  return items.map((item) => Mark.parse(item).macro);
}
