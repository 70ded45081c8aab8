import { SQSClient } from '@aws-sdk/client-sqs';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { openAttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { endpoint } from '../kit/endpoint.ts';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { adminApi } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  bucketName: true,
  macroQueueUrl: true,
  masterSecretArn: true,
  configCacheSeconds: true,
  apiOrigin: true,
  consoleOrigin: true,
  dueShards: true,
  deliveryRetentionDays: true,
  variables: true,
  administratorGroups: true,
  roleMapping: true,
  storageQuotaBytes: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const reading = { now: system.now, stageVariables: settings.variables };

/** What the gateway calls for each request below /admin/v1. */
export const handler = endpoint(
  createObserver('admin-api', table.meter),
  adminApi({
    ...settings,
    ...system,
    table,
    macroQueue: { client: new SQSClient(), url: settings.macroQueueUrl },
    readConfiguration: configurationReader(table, { freshMs: settings.configCacheSeconds * 1_000, ...reading }),
    readConfigurationNow: configurationReader(table, { freshMs: 0, ...reading }),
    quotaBytes: settings.storageQuotaBytes,
    bucket: openAttachmentBucket(settings.bucketName, process.env.AWS_ENDPOINT_URL_S3),
    largeBodies: openLargeBodies(table.client.config, settings.bucketName, process.env.AWS_ENDPOINT_URL_S3),
    loadKeys: createKeyLoader(
      table.client.config,
      settings.masterSecretArn,
      process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    ),
  }),
);
