import { SQSClient } from '@aws-sdk/client-sqs';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { openAttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { createObserver } from '../kit/observer.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { runMacro } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  bucketName: true,
  webhookQueueUrl: true,
  emailQueueUrl: true,
  macroQueueUrl: true,
  uploadQueueUrl: true,
  masterSecretArn: true,
  configCacheSeconds: true,
  apiOrigin: true,
  consoleOrigin: true,
  dueShards: true,
  deliveryRetentionDays: true,
  variables: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const client = new SQSClient();
const reading = { now: system.now, stageVariables: settings.variables };

/** What Lambda calls with messages of the macro queue. */
export const handler = queueConsumer(
  createObserver('run-macro', table.meter),
  runMacro({
    ...settings,
    ...system,
    table,
    bucket: openAttachmentBucket(settings.bucketName, process.env.AWS_ENDPOINT_URL_S3),
    largeBodies: openLargeBodies(table.client.config, settings.bucketName, process.env.AWS_ENDPOINT_URL_S3),
    webhookQueue: { client, url: settings.webhookQueueUrl },
    emailQueue: { client, url: settings.emailQueueUrl },
    macroQueue: { client, url: settings.macroQueueUrl },
    uploadQueue: { client, url: settings.uploadQueueUrl },
    loadKeys: createKeyLoader(
      table.client.config,
      settings.masterSecretArn,
      process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    ),
    readConfiguration: configurationReader(table, { freshMs: settings.configCacheSeconds * 1_000, ...reading }),
    readConfigurationNow: configurationReader(table, { freshMs: 0, ...reading }),
  }),
);
