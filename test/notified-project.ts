import { findDelivery, listDeliveries } from '../adapters/dynamodb/deliveries.ts';
import { readDue } from '../adapters/dynamodb/due.ts';
import { writeMembers } from '../adapters/dynamodb/members.ts';
import { notificationName } from '../adapters/dynamodb/notification-item.ts';
import { findNotification } from '../adapters/dynamodb/notifications.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { ProjectDocument } from '../core/document/schema.ts';
import { admin } from './admin.ts';
import type { TestEngines } from './engines.ts';
import { listening } from './listener.ts';
import { seedKeys, seedProject } from './project.ts';
import { receiver } from './receive.ts';
import { macroWorker } from './run-project.ts';
import { fixedClock } from './seeded.ts';

/** The shards that the tests' due index has. */
const shards = [0, 1, 2, 3];

/** A project whose teams are told of what is submitted and moved to them, with everything that tells them. */
export async function notifiedProject(
  engines: TestEngines,
  change: (document: ProjectDocument) => void = () => undefined,
) {
  const { table } = engines;
  const clock = fixedClock();
  await seedKeys(table);
  const seeded = await seedProject(table, (document) => {
    document.automations = [];
    for (const team of document.teams) team.notify = { submitted: true, moved: true };
    change(document);
  });
  const { project } = seeded;
  const { send } = receiver(engines, seeded, clock);
  const { fire } = listening(engines, seeded, clock);
  const { asAdministrator } = admin(engines, `${project}/admin`, clock);
  const work = macroWorker(engines, engines.macroQueue, project, clock);

  const due = async (afterMs = 120_000) => await dueNotifications(engines, project, clock.now() + afterMs);

  return {
    ...seeded,
    clock,
    work,
    fire,
    due,
    report: async (fields: object = {}, given: { source?: string } = {}) =>
      await send({ summary: 'It broke', submitter: 'jim@example.com', ...fields }, given),
    ask: async (method: string, of: string, body?: object) =>
      Object((await asAdministrator(method, `/projects/${project}${of}`, body === undefined ? {} : { body })).json),
    /** Hands the worker one notification's message. */
    tellOne: async (notification: string) => await work({ kind: 'tell-team', notification }),
    /** Has every due shard drained, as the tick does. */
    async drain(): Promise<void> {
      for (const shard of shards) await work({ kind: 'drain-due', shard });
    },
    /** Has every team told that is to be. */
    async tell(): Promise<void> {
      for (const notification of await due()) await work({ kind: 'tell-team', notification });
    },
    /** The e-mails to teams, in the order of their addresses. */
    async mails(): Promise<Delivery[]> {
      const { items } = await listDeliveries(table, project, { limit: 1_000 }, {});
      const found = await Promise.all(items.map(async ({ id }) => await findDelivery(table, project, id)));
      const mails = found.flatMap((one) => (one?.delivery.cause.kind === 'notification' ? [one.delivery] : []));
      return mails.toSorted((one, other) => (addressOf(one) < addressOf(other) ? -1 : 1));
    },
    async join(team: string, emails: readonly string[]): Promise<void> {
      const members = emails.map((email) => ({
        project,
        member: { email, name: email, teams: [team], score: 0, external: {} },
      }));
      for (let start = 0; start < members.length; start += 50) {
        await writeMembers(table, members.slice(start, start + 50));
      }
    },
  };
}

/** The notifications of a project that the tick finds by an instant (epoch milliseconds), by their names. */
export async function dueNotifications({ table }: TestEngines, project: string, now: number): Promise<string[]> {
  const found: string[] = [];
  for (const shard of shards) {
    for await (const { notifications } of readDue(table, shard, { now, pageSize: 100 })) found.push(...notifications);
  }
  const stored = await Promise.all(found.map(async (id) => await findNotification(table, id)));
  return stored.flatMap((one) => (one?.notification.project === project ? [notificationName(one.notification)] : []));
}

/** The address that an e-mail goes to. */
export function addressOf({ mail }: Delivery): string {
  return mail?.to.join() ?? '';
}
