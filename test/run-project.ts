import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { configurationReader } from '../adapters/dynamodb/configuration.ts';
import { readDue } from '../adapters/dynamodb/due.ts';
import { ticketItem } from '../adapters/dynamodb/tickets.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import type { Queue } from '../adapters/sqs/queue.ts';
import { deleteMessages, receiveMessages } from '../adapters/sqs/receive.ts';
import type { MacroMessage } from '../core/deliveries/message.ts';
import { MacroMessage as MessageSchema } from '../core/deliveries/message.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import { type Ticket, ticketId } from '../core/tickets/ticket.ts';
import { runMacro } from '../functions/run-macro/handler.ts';
import { admin, testKeys } from './admin.ts';
import { openTestBucket } from './bucket.ts';
import type { TestEngines } from './engines.ts';
import { seedKeys, seedProject } from './project.ts';
import { fixedClock, seededIds, type TestClock } from './seeded.ts';

let queues = 0;

/** A macro queue of a test's own, so that it sees its own messages only. */
export async function ownQueue({ macroQueue: { client } }: Pick<TestEngines, 'macroQueue'>): Promise<Queue> {
  queues += 1;
  const { QueueUrl: url = '' } = await client.send(
    new CreateQueueCommand({ QueueName: `runs-${process.pid}-${queues}` }),
  );
  return { client, url };
}

/** Stores tickets as they are right after their creation; `describe` says what is particular about each, from 1. */
async function storeTickets(
  { table }: Pick<TestEngines, 'table'>,
  project: string,
  count: number,
  describe: (number: number) => Partial<Ticket> = () => ({}),
): Promise<string[]> {
  const tickets = Array.from({ length: count }, (_, place) => ({
    ...newTicket(project, place + 1),
    ...describe(place + 1),
  }));
  for (let start = 0; start < count; start += 25) {
    const some = tickets.slice(start, start + 25);
    const puts = some.map((ticket, place) => ({ PutRequest: { Item: ticketItem(ticket, start + place + 1) } }));
    await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
  }
  return tickets.map(({ id }) => id);
}

function newTicket(project: string, number: number): Ticket {
  const at = '2026-11-21T08:30:00.000Z';
  return {
    id: ticketId('BUG', 4, number),
    project,
    feedbackType: 'issues',
    version: 1,
    state: { team: 'beta-support', workflow: 'default', status: 'New' },
    submitter: 'crash-bot@example.com',
    fields: { summary: `Issue ${number}`, severity: 'Low' },
    external: {},
    origin: { kind: 'source', key: 'appcrashlog' },
    createdAt: at,
    updatedAt: at,
  };
}

/** The macro worker over engines and a queue; `seed` tells one process from another. */
export function macroWorker(engines: TestEngines, macroQueue: Queue, seed: string, clock: TestClock, freshMs = 0) {
  const { table, webhookQueue, emailQueue, bucketName, s3Endpoint } = engines;
  const work = runMacro({
    ...{ table, webhookQueue, emailQueue, macroQueue, uploadQueue: engines.uploadQueue },
    loadKeys: async () => testKeys,
    bucket: openTestBucket(engines),
    largeBodies: openLargeBodies(table.client.config, bucketName, s3Endpoint),
    readConfiguration: configurationReader(table, { freshMs, now: clock.now, stageVariables: {} }),
    readConfigurationNow: configurationReader(table, { freshMs: 0, now: clock.now, stageVariables: {} }),
    apiOrigin: 'https://api.example.com',
    consoleOrigin: 'https://console.example.com',
    dueShards: 4,
    deliveryRetentionDays: 30,
    now: clock.now,
    random: () => 0.5,
    pause: async () => undefined,
    newId: seededIds(`${seed}/worker`),
  });
  return async (message: MacroMessage) => await work(JSON.stringify(message));
}

/** A project with issues, someone who runs macros over them, and the queue and worker that do the work. */
export async function projectWithRuns(engines: TestEngines, { tickets = 0, describe, change }: Setting = {}) {
  const { table } = engines;
  const clock = fixedClock();
  const queue = await ownQueue(engines);
  const seeded = await seedProject(table, (document) => {
    document.automations = [];
    change?.(document);
  });
  const { project } = seeded;
  const ids = await storeTickets(engines, project, tickets, describe);
  const api = admin({ ...engines, macroQueue: queue }, `${project}/admin`, clock);
  const path = `/projects/${project}`;
  const call = api.asAdministrator;
  const work = macroWorker(engines, queue, project, clock);
  const received: MacroMessage[] = [];

  /** Takes what is in the queue now, at most 10 messages. */
  async function take(): Promise<MacroMessage[]> {
    const messages = await receiveMessages(queue, { atMost: 10, waitSeconds: 0 });
    await deleteMessages(
      queue,
      messages.map(({ receipt }) => receipt),
    );
    const taken = messages.map(({ body }) => MessageSchema.parse(JSON.parse(body)));
    received.push(...taken);
    return taken;
  }

  /** Takes everything that is in the queue. */
  async function takeAll(): Promise<MacroMessage[]> {
    const all: MacroMessage[] = [];
    for (let some = await take(); some.length > 0; some = await take()) all.push(...some);
    return all;
  }

  return {
    ...seeded,
    ...{ ids, api, call, path, clock, queue, work, take, takeAll, received },
    start: async (macro: string, body: object) => await call('POST', `${path}/macros/${macro}/runs`, { body }),
    ask: async (run: string, what: string) => await call('POST', `${path}/runs/${run}/${what}`),
    get: async (run: string) => Object((await call('GET', `${path}/runs/${run}`)).json),
    /** All results of a run, page by page. */
    async results(run: string, query = ''): Promise<Record<string, unknown>[]> {
      const all: Record<string, unknown>[] = [];
      let cursor = '';
      do {
        const { json } = await call('GET', `${path}/runs/${run}/results?limit=200${query}${cursor}`);
        all.push(...Object(json).items);
        cursor = Object(json).cursor === undefined ? '' : `&cursor=${Object(json).cursor}`;
      } while (cursor !== '');
      return all;
    },
    /** Works the queue off, so many messages side by side; returns what was said of each. */
    async workOff(sideBySide = 4): Promise<Readonly<Record<string, unknown>>[]> {
      const facts: Readonly<Record<string, unknown>>[] = [];
      const loop = async () => {
        for (let some = await take(); some.length > 0; some = await take()) {
          for (const message of some) facts.push(await work(message));
        }
      };
      await Promise.all(Array.from({ length: sideBySide }, loop));
      return facts;
    },
    /** Applies the document with other automations, as a project manager does. */
    async applyAutomations(automations: object[]): Promise<void> {
      await seedKeys(table);
      const { json, headers } = await call('GET', `${path}/document`);
      const body = { ...Object(json), automations };
      const applied = await call('PUT', `${path}/document`, { body, headers: { 'if-match': headers.etag ?? '' } });
      if (applied.status !== 200) throw new Error(applied.text);
    },
    /** The automations as they are listed, with their last runs. */
    automations: async () => Object((await call('GET', `${path}/automations`)).json).items,
    /** Has the tick look at what is due by now, and works it. */
    async tick(): Promise<void> {
      for (let shard = 0; shard < 4; shard += 1) {
        for await (const { runs, schedules } of readDue(table, shard, { now: clock.now(), pageSize: 100 })) {
          if (schedules.includes(project)) await work({ kind: 'run-schedules', project });
          for (const due of runs.filter((one) => one.project === project)) await work({ kind: 'tend-run', ...due });
        }
      }
    },
    /** How many entries of a ticket's history a run made. */
    async changesBy(run: string, ticket: string): Promise<number> {
      const { json } = await call('GET', `${path}/tickets/${ticket}/history`);
      const entries: { cause: { key?: string } }[] = Object(json).items;
      return entries.filter(({ cause }) => cause.key === run).length;
    },
  };
}

type Setting = {
  tickets?: number;
  describe?: (number: number) => Partial<Ticket>;
  change?: (document: ProjectDocument) => void;
};
