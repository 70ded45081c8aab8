import { SQSClient } from '@aws-sdk/client-sqs';
import { openAttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { showAgain } from '../../adapters/sqs/queue.ts';
import { retrySeconds } from '../../core/uploads/message.ts';
import { openServices } from '../kit/open-services.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { settleUpload } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  bucketName: true,
  uploadQueueUrl: true,
  masterSecretArn: true,
  configCacheSeconds: true,
  apiOrigin: true,
  consoleOrigin: true,
  dueShards: true,
  deliveryRetentionDays: true,
  variables: true,
  storageQuotaBytes: true,
  malwareProtection: true,
}).parse(readEnvironment(process.env));
const services = openServices('settle-upload', settings);
const { observer, bucketName, storageQuotaBytes: quotaBytes } = services;
const bucket = openAttachmentBucket(bucketName, process.env.AWS_ENDPOINT_URL_S3);

const queue = { client: new SQSClient(), url: settings.uploadQueueUrl };

/** What Lambda calls with messages of the upload queue. */
export const handler = queueConsumer(
  observer,
  settleUpload({ ...services, bucket, quotaBytes }),
  // The queue hides a message for as long as a large file may take: after a passing fault that would be long.
  async ({ receipt, receives }) => await showAgain(queue, receipt, retrySeconds(receives)),
);
