import { findDelivery, listDeliveries } from '../adapters/dynamodb/deliveries.ts';
import { createOutboundClient, type OutboundSettings } from '../adapters/http/outbound-client.ts';
import { openLargeBodies } from '../adapters/s3/large-bodies.ts';
import type { UsableSecret } from '../core/deliveries/fill-request.ts';
import { webhookSlots } from '../functions/environment.ts';
import { watchEndpoints } from '../functions/send-webhook/endpoint-watch.ts';
import { openTokens } from '../functions/send-webhook/fetch-token.ts';
import { sendWebhook } from '../functions/send-webhook/handler.ts';
import { createTurns } from '../functions/send-webhook/hold-back.ts';
import type { TestEngines } from './engines.ts';
import { recordingObserver } from './gateway.ts';
import { seededIds, type TestClock } from './seeded.ts';

/** The sender over a worker's engines; it allows loopback and http, as the local stage does, unless told otherwise. */
export function sender(
  engines: TestEngines,
  project: string,
  clock: TestClock,
  options: Partial<OutboundSettings> & {
    secrets?: Record<string, UsableSecret>;
    readSecrets?: () => Promise<ReadonlyMap<string, UsableSecret>>;
    random?: number;
  } = {},
) {
  const outbound = createOutboundClient({
    allowHttp: true,
    allowedCidrs: ['127.0.0.0/8', '::1/128'],
    now: () => performance.now(),
    ...options,
  });
  const send = sendWebhook({
    table: engines.table,
    webhookQueue: engines.webhookQueue,
    macroQueue: engines.macroQueue,
    outbound,
    tokens: openTokens({ outbound, now: clock.now, elapsed: () => performance.now() }),
    readBody: openLargeBodies(engines.table.client.config, engines.bucketName, engines.s3Endpoint).read,
    readSecrets: options.readSecrets ?? (async () => new Map(Object.entries(options.secrets ?? {}))),
    dueShards: 4,
    deliveryRetentionDays: 30,
    observer: recordingObserver(),
    now: clock.now,
    random: () => options.random ?? 0,
    newId: seededIds(`${project}/leases`),
    watch: watchEndpoints({ table: engines.table, dueShards: 4, healthFreshMs: 10_000, now: clock.now }),
    turns: createTurns({
      slots: webhookSlots,
      now: clock.now,
      random: () => options.random ?? 0,
      alarm: () => () => {},
    }),
    wait: async (milliseconds) => clock.advance(milliseconds),
  });
  return {
    /** Hands the sender a delivery's message. */
    deliver: async (delivery: string) => await send(JSON.stringify({ delivery })),
    /** Hands the sender a message as it came from the queue. */
    take: send,
    /** The project's deliveries, newest first, each with its attempts. */
    deliveries: async () => {
      const { items } = await listDeliveries(engines.table, project, { limit: 200 }, {});
      return await Promise.all(
        items.map(async ({ id }) => {
          const found = await findDelivery(engines.table, project, id);
          if (found === undefined) throw new Error(`delivery ${id} is listed but not there`);
          return { ...found.delivery, attempts: found.attempts };
        }),
      );
    },
    close: () => outbound.close(),
  };
}
