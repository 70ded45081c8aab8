import { setTimeout } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readUsableSecrets } from '../../adapters/dynamodb/secrets.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { createOutboundClient } from '../../adapters/http/outbound-client.ts';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { webhookSlots } from '../environment.ts';
import { createObserver } from '../kit/observer.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { watchEndpoints } from './endpoint-watch.ts';
import { openTokens } from './fetch-token.ts';
import { fillSlots } from './fill-slots.ts';
import { sendWebhook } from './handler.ts';
import { createTurns, systemAlarm } from './hold-back.ts';

const settings = Settings.pick({
  tableName: true,
  bucketName: true,
  webhookQueueUrl: true,
  macroQueueUrl: true,
  masterSecretArn: true,
  configCacheSeconds: true,
  dueShards: true,
  deliveryRetentionDays: true,
  outboundAllowHttp: true,
  outboundAllowedCidrs: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const observer = createObserver('send-webhook', table.meter);
const loadKeys = createKeyLoader(
  table.client.config,
  settings.masterSecretArn,
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
);

const client = new SQSClient();
const webhookQueue = { client, url: settings.webhookQueueUrl };
const taking = { slots: webhookSlots, now: system.now, random: system.random, alarm: systemAlarm };

const outbound = createOutboundClient({
  allowHttp: settings.outboundAllowHttp,
  allowedCidrs: settings.outboundAllowedCidrs,
  now: () => performance.now(),
});

/** What Lambda calls with messages of the webhook queue. */
export const handler = fillSlots({
  ...taking,
  queue: webhookQueue,
  observer,
  consume: (handle) => queueConsumer(observer, handle),
  handle: sendWebhook({
    ...settings,
    ...system,
    table,
    observer,
    webhookQueue,
    macroQueue: { client, url: settings.macroQueueUrl },
    turns: createTurns(taking),
    watch: watchEndpoints({
      table,
      dueShards: settings.dueShards,
      healthFreshMs: settings.configCacheSeconds * 1_000,
      now: system.now,
    }),
    wait: async (milliseconds) => await setTimeout(milliseconds),
    outbound,
    tokens: openTokens({ outbound, now: system.now, elapsed: () => performance.now() }),
    readBody: openLargeBodies(table.client.config, settings.bucketName, process.env.AWS_ENDPOINT_URL_S3).read,
    readSecrets: async (project, names) =>
      await readUsableSecrets(table, loadKeys, { project, names, now: system.now() }),
  }),
});
