import { uploadSigner } from '../../adapters/s3/presigned-post.ts';
import { endpoint } from '../kit/endpoint.ts';
import { openServices } from '../kit/open-services.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { receiveFeedback } from './handler.ts';

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
}).parse(readEnvironment(process.env));
const services = openServices('receive-feedback', settings);
const { observer, table, bucketName, uploadUrlSeconds: seconds } = services;
const endpointUrl = process.env.AWS_ENDPOINT_URL_S3;
const signUpload = uploadSigner(table.client.config, bucketName, { endpoint: endpointUrl, seconds });

/** What the gateway calls for each report. */
export const handler = endpoint(observer, receiveFeedback({ ...services, signUpload }));
