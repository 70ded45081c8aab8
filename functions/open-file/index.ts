import { openTable } from '../../adapters/dynamodb/table.ts';
import { openAttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { endpoint } from '../kit/endpoint.ts';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { openFile } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  bucketName: true,
  masterSecretArn: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const bucket = openAttachmentBucket(settings.bucketName, process.env.AWS_ENDPOINT_URL_S3);
const loadKeys = createKeyLoader(
  table.client.config,
  settings.masterSecretArn,
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
);

/** What the gateway calls for each link to a file. */
export const handler = endpoint(
  createObserver('open-file', table.meter),
  openFile({ ...system, table, bucket, loadKeys }),
);
