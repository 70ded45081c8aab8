import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { lookupKey } from '../../adapters/dynamodb/keys.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { ExternalDataGroup } from '../../core/document/schema-external-data.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { admin } from '../admin.ts';
import type { TestEngines } from '../engines.ts';
import { seedKeys, seedProject } from '../project.ts';
import { receiver } from '../receive.ts';
import { fixedClock } from '../seeded.ts';
import { sender } from '../send.ts';
import { outsideGroups, outsideMacros } from './macros.ts';

const Run = z.object({
  results: z.array(z.object({ actions: z.array(z.object({ action: z.string(), delivery: z.string().optional() })) })),
});

/** A project that knows the outside systems, with one ticket, and everything to run its macros and to send what they order. */
export async function projectWith(
  engines: TestEngines,
  {
    variables = {},
    secrets = {},
    report = {},
  }: { variables?: object; secrets?: Record<string, string>; report?: object },
) {
  const { table } = engines;
  const clock = fixedClock();
  await seedKeys(table);
  const seeded = await seedProject(table, (document) => {
    Object.assign(document.variables, variables);
    document.externalDataGroups.push(...outsideGroups.map((group) => ExternalDataGroup.parse(group)));
    document.macros.push(...outsideMacros.map((macro) => Macro.parse(macro)));
    document.automations = [];
  });
  const { project } = seeded;
  const { send } = receiver(engines, seeded, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  const usable = Object.entries(secrets).map(([name, value]) => [name, { value, hosts: undefined }] as const);
  const own = sender(engines, project, clock, { secrets: Object.fromEntries(usable) });
  const find = async (id: string) => {
    const found = (await own.deliveries()).find((delivery) => delivery.id === id);
    if (found === undefined) throw new Error(`there is no delivery ${id}`);
    return found;
  };
  /** Runs a macro of one webhook on a ticket by hand, and returns its delivery, not sent yet. */
  async function order(macro: string, ticket = 'BUG-0001') {
    clock.advance(1_000);
    const body = { tickets: [ticket] };
    const { json } = await asAdministrator('POST', `/projects/${project}/macros/${macro}/runs`, { body });
    const [{ delivery } = { delivery: undefined }] = Run.parse(json).results[0]?.actions ?? [];
    if (delivery === undefined) throw new Error(`${macro} has ordered nothing: ${JSON.stringify(json)}`);
    return await find(delivery);
  }

  await send({ summary: 'Crash on load', description: 'Open the app', ...report });
  return {
    ...own,
    clock,
    find,
    report: async (fields: object) => await send({ summary: 'Another one', ...fields }),
    order,
    /** Does the same, makes the first attempt, and returns what is stored of it. */
    async sendFor(macro: string, ticket?: string) {
      const { id } = await order(macro, ticket);
      await own.deliver(id);
      return await find(id);
    },
    external: async (ticket = 'BUG-0001') => (await findTicket(table, project, ticket))?.external,
    /** The tickets that a value finds. */
    async foundBy(value: string) {
      const answer = await table.client.send(
        new QueryCommand({
          TableName: table.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': lookupKey(project, 'ticket', value, '').pk },
          ConsistentRead: true,
        }),
      );
      return (answer.Items ?? []).map(({ sk }) => String(sk));
    },
  };
}
