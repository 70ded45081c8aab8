import { openAttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { uploadSigner } from '../../adapters/s3/presigned-post.ts';
import { endpoint } from '../kit/endpoint.ts';
import { openServices } from '../kit/open-services.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { receiveFile } from './handler.ts';

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
  uploadUrlSeconds: true,
  storageQuotaBytes: true,
  malwareProtection: true,
}).parse(readEnvironment(process.env));
const services = openServices('receive-file', settings);
const { observer, table, bucketName, uploadUrlSeconds: seconds, storageQuotaBytes: quotaBytes } = services;
const endpointUrl = process.env.AWS_ENDPOINT_URL_S3;
const bucket = openAttachmentBucket(bucketName, endpointUrl);
const signUpload = uploadSigner(table.client.config, bucketName, { endpoint: endpointUrl, seconds });

/** What the gateway calls for each file that is added to a ticket, and for what follows until it is there. */
export const handler = endpoint(observer, receiveFile({ ...services, bucket, signUpload, quotaBytes }));
