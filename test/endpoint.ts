import type { ServerResponse } from 'node:http';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { readDue } from '../adapters/dynamodb/due.ts';
import { findEndpoint } from '../adapters/dynamodb/endpoints.ts';
import { deliveryKey, type ItemKey, memberKey, ticketKey } from '../adapters/dynamodb/keys.ts';
import { findMembers } from '../adapters/dynamodb/members.ts';
import { countWaitingFor, setAside } from '../adapters/dynamodb/paused-deliveries.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { endpointId } from '../core/deliveries/message.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import { runMacro } from '../functions/run-macro/handler.ts';
import { admin, testKeys } from './admin.ts';
import { openTestBucket } from './bucket.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { startReceivingServer } from './receiving-server.ts';
import { fixedClock, seededIds } from './seeded.ts';
import { sender } from './send.ts';

const Comments = z.object({ items: z.array(z.object({ text: z.string() })) });

/** A project whose every new issue goes to a receiver that answers as told, and everything that sees to that endpoint. */
export async function oneEndpoint(
  engines: TestEngines,
  answer: (response: ServerResponse) => unknown,
  options: { hasTag?: true; change?: (document: ProjectDocument, origin: string) => void } = {},
) {
  const { table, webhookQueue, macroQueue } = engines;
  const clock = fixedClock();
  const server = await startReceivingServer((response) => answer(response));
  await seedKeys(table);
  const seeded = await seedProject(table, (document) => {
    const slack = document.macros.find(({ key }) => key === 'tell-slack');
    const [action] = slack?.actions ?? [];
    if (action?.kind !== 'webhook') throw new Error('the example has changed');
    Object.assign(action, { url: `${server.origin}/hook` });
    document.automations = [
      { key: 'all', enabled: true, trigger: 'submit', feedbackType: 'issues', macro: 'tell-slack' },
    ];
    options.change?.(document, server.origin);
  });
  const { project } = seeded;
  const endpoint = endpointId({ project, macro: 'tell-slack', action: 'webhook-1' });
  const { send } = receiver(engines, seeded, clock);
  const own = sender(engines, project, clock);
  const other = sender(engines, project, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  const base = `/projects/${project}/endpoints`;
  const work = runMacro({
    table,
    webhookQueue,
    emailQueue: engines.emailQueue,
    macroQueue,
    uploadQueue: engines.uploadQueue,
    loadKeys: async () => testKeys,
    bucket: openTestBucket(engines),
    largeBodies: openLargeBodies(table.client.config, engines.bucketName, engines.s3Endpoint),
    readConfiguration: configurationReader(table, { freshMs: 0, now: clock.now, stageVariables: {} }),
    readConfigurationNow: async () => undefined,
    apiOrigin: 'https://api.example.com',
    consoleOrigin: 'https://console.example.com',
    dueShards: 4,
    deliveryRetentionDays: 30,
    now: clock.now,
    random: () => 0.5,
    pause: async () => undefined,
    newId: seededIds(`${project}/notices`),
  });
  const describe = ({ id }: { id: string }) => JSON.stringify({ delivery: id, endpoint });
  const setAttribute = async (Key: ItemKey, name: string, value: unknown) => {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key,
        UpdateExpression: 'SET #name = :value',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': value },
      }),
    );
  };
  const mark = async ({ id }: { id: string }, name: string, value: unknown) =>
    await setAttribute(deliveryKey(id), name, value);
  const all = async () => (await own.deliveries()).filter(({ mail }) => mail === undefined);
  return {
    clock,
    project,
    endpoint,
    managers: ['pm@example.com'],
    /** Reports an issue, a second after the one before, and returns its delivery. */
    async report(): Promise<Delivery> {
      await send({ summary: 'It crashed' });
      const [delivery] = await all();
      if (delivery === undefined) throw new Error('the ticket has set nothing off');
      if (options.hasTag) await mark(delivery, 'urlHasTag', true);
      clock.advance(1_000);
      return delivery;
    },
    /** Hands a sender a delivery's message. */
    deliver: async (delivery: Delivery) => await own.take(describe(delivery)),
    /** Hands it to a second sender. */
    deliverElsewhere: async (delivery: Delivery) => await other.take(describe(delivery)),
    /** Does of the sender's work only the setting aside. */
    setAsideAlone: async (delivery: Delivery) =>
      await setAside(table, delivery, endpoint, { now: clock.now(), pausedAt: undefined }),
    asNotice: async (delivery: Delivery) => await mark(delivery, 'cause', { kind: 'notice', key: endpoint }),
    /** Has the delivery count a 410 as a success. */
    acceptGone: async (delivery: Delivery) => await mark(delivery, 'success', { status: [200, 410], retry: false }),
    limit: async (delivery: Delivery, maxPerSecond: number) => await mark(delivery, 'maxPerSecond', maxPerSecond),
    /** Makes a delivery's ticket, or a member, such that reading it throws. */
    garbleTicket: async ({ target }: Delivery) =>
      await setAttribute(ticketKey(project, 'ticket' in target ? target.ticket : ''), 'state', 'garbled'),
    garbleMember: async (email: string) => await setAttribute(memberKey(project, email), 'listed', 'garbled'),
    health: async () => (await findEndpoint(table, endpoint))?.health,
    all,
    find: async (delivery: Delivery) => (await all()).find(({ id }) => id === delivery.id),
    notices: async () => (await own.deliveries()).filter(({ mail }) => mail !== undefined),
    /** The texts of the comments on a delivery's ticket. */
    async comments({ target }: Delivery): Promise<string[]> {
      const ticket = 'ticket' in target ? target.ticket : '';
      const { json } = await asAdministrator('GET', `/projects/${project}/tickets/${ticket}/comments`);
      return Comments.parse(json).items.map(({ text }) => text);
    },
    scoreOf: async (email: string) => (await findMembers(table, project, [email])).get(email)?.member.score,
    waiting: async () => await countWaitingFor(table, endpoint, 1_000),
    pause: async () => await asAdministrator('POST', `${base}/tell-slack/webhook-1/pause`),
    resume: async () => await asAdministrator('POST', `${base}/tell-slack/webhook-1/resume`),
    ask: asAdministrator,
    /** Hands the macro worker the endpoint's message. */
    tend: async () => await work(JSON.stringify({ kind: 'tend-endpoint', endpoint })),
    /** Whether the tick would have the endpoint seen to now. */
    async isDue(): Promise<boolean> {
      const found: string[] = [];
      for (const shard of [0, 1, 2, 3]) {
        for await (const { endpoints } of readDue(table, shard, { now: clock.now(), pageSize: 100 })) {
          found.push(...endpoints);
        }
      }
      return found.includes(endpoint);
    },
    requests: () => server.received.length,
    async close(): Promise<void> {
      own.close();
      other.close();
      await server.stop();
    },
  };
}
