import { openAttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { openServices } from '../kit/open-services.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { settleUpload } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  bucketName: true,
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

/** What Lambda calls with messages of the upload queue. */
export const handler = queueConsumer(observer, settleUpload({ ...services, bucket, quotaBytes }));
