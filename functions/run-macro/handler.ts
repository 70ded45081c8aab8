import { readDue } from '../../adapters/dynamodb/due.ts';
import { findEndpoint } from '../../adapters/dynamodb/endpoints.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Message, type Queue, sendAll } from '../../adapters/sqs/queue.ts';
import { type DeliveryMessage, isMailLane, MacroMessage } from '../../core/deliveries/message.ts';
import { freeShare, isDrained } from '../../core/endpoints/drain-share.ts';
import type { UploadMessage } from '../../core/uploads/message.ts';
import type { MessageHandler } from '../kit/queue-consumer.ts';
import type { PageDependencies } from '../kit/work-page.ts';
import { countRun } from './count-run.ts';
import { type FollowDependencies, followCaptured } from './follow-capture.ts';
import { runPage } from './run-page.ts';
import { runSchedules, type ScheduleDependencies } from './run-schedules.ts';
import { type TeamDependencies, tellTeam } from './tell-team.ts';
import { type TendDependencies, tendEndpoint } from './tend-endpoint.ts';
import { tendRun } from './tend-run.ts';

/** How long one message drains at most, in milliseconds; the next tick goes on (docs/architecture.md, 4). */
const maxDrainMs = 50_000;
const pageSize = 100;
/** What the handler is given. */
export type RunMacroDependencies = DrainDependencies &
  TendDependencies &
  FollowDependencies &
  PageDependencies &
  ScheduleDependencies &
  TeamDependencies;

/** What draining needs. */
type DrainDependencies = {
  table: Table;
  webhookQueue: Queue;
  emailQueue: Queue;
  macroQueue: Queue;
  uploadQueue: Queue;
  now: () => number;
  random: () => number;
};

type Facts = Readonly<Record<string, unknown>>;

/** Does the work of one message of the macro queue. */
export function runMacro(dependencies: RunMacroDependencies): MessageHandler {
  return async (body) => {
    const message = MacroMessage.parse(JSON.parse(body));
    switch (message.kind) {
      case 'drain-due':
        return await drainDue(dependencies, message);
      case 'tend-endpoint':
        return await tendEndpoint(dependencies, message);
      case 'follow-capture':
        return await followCaptured(dependencies, message.delivery);
      case 'run-schedules':
        return await runSchedules(dependencies, message.project);
      case 'count-run':
        return await countRun(dependencies, message);
      case 'run-page':
        return await runPage(dependencies, message);
      case 'tend-run':
        return await tendRun(dependencies, message);
      case 'tell-team':
        return await tellTeam(dependencies, message);
    }
  };
}

/**
 * Drains one shard of what is due onto the queues; due entries stay until their delivery settles, or what they stand for is
 * seen to.
 * It reads on where a lane has had its share: those of other lanes lie behind.
 */
async function drainDue(
  dependencies: DrainDependencies,
  { shard, leaves = [] }: Extract<MacroMessage, { kind: 'drain-due' }>,
): Promise<Facts> {
  const { table, webhookQueue, emailQueue, macroQueue, uploadQueue, now } = dependencies;
  const startedAt = now();
  let drained = 0;
  const takes = takeShares(dependencies);
  for await (const page of readDue(table, shard, { now: startedAt, pageSize })) {
    const { deliveries: due, followUps, endpoints, runs, schedules, notifications, attachments } = page;
    const mails: Message[] = [];
    const webhooks: Message[] = [];
    for (const { delivery, lane } of due) {
      const isMail = isMailLane(lane);
      if (leaves.includes(isMail ? 'emails' : 'webhooks') || !(await takes(lane))) continue;
      const message: DeliveryMessage = { delivery, endpoint: lane };
      (isMail ? mails : webhooks).push({ body: JSON.stringify(message), group: lane });
    }
    const macros = [
      ...endpoints.map((endpoint) => writeMessage({ kind: 'tend-endpoint', endpoint })),
      ...followUps.map((delivery) => writeMessage({ kind: 'follow-capture', delivery })),
      ...schedules.map((project) => writeMessage({ kind: 'run-schedules', project })),
      ...runs.map((run) => writeMessage({ kind: 'tend-run', ...run })),
      ...notifications.map((notification) => writeMessage({ kind: 'tell-team', notification })),
    ];
    const seenTo = leaves.includes('uploads') ? [] : attachments;
    const uploads = seenTo.map((place): Message => {
      const message: UploadMessage = { kind: 'tend-attachment', ...place };
      return { body: JSON.stringify(message) };
    });
    const failures = await Promise.all([
      sendAll(uploadQueue, uploads),
      sendAll(webhookQueue, webhooks),
      sendAll(emailQueue, mails),
      sendAll(macroQueue, macros),
    ]);
    drained += webhooks.length + mails.length + macros.length + uploads.length - failures.flat().length;
    if (now() - startedAt > maxDrainMs) break;
  }
  return { shard, drained };
}

function writeMessage(message: MacroMessage): Message {
  return { body: JSON.stringify(message) };
}

/** Says of each delivery of a lane in turn whether this drain takes it; a lane's endpoint is read once there are many. */
function takeShares({ table, random }: DrainDependencies): (lane: string) => Promise<boolean> {
  const places = new Map<string, number>();
  const failing = new Map<string, boolean>();
  return async (lane) => {
    const place = (places.get(lane) ?? 0) + 1;
    places.set(lane, place);
    if (place <= freeShare) return true;
    const isFailing = failing.get(lane) ?? (await isFailingLane(table, lane));
    failing.set(lane, isFailing);
    return isDrained({ place, isFailing, random: random() });
  };
}

async function isFailingLane(table: Table, lane: string): Promise<boolean> {
  if (isMailLane(lane)) return false;
  return (await findEndpoint(table, lane))?.health.failingSince !== undefined;
}
