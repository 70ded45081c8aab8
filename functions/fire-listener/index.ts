import { findApiKey } from '../../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { rememberFound } from '../../adapters/dynamodb/fresh-cache.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { endpoint } from '../kit/endpoint.ts';
import { createObserver } from '../kit/observer.ts';
import { signingSecretReader } from '../kit/read-signing-secrets.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { fireListener } from './handler.ts';

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
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const observer = createObserver('fire-listener', table.meter);
const loadKeys = createKeyLoader(
  table.client.config,
  settings.masterSecretArn,
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
);
const fresh = { freshMs: settings.configCacheSeconds * 1_000, now: system.now };

/** What the gateway calls for each call of a listener. */
export const handler = endpoint(
  observer,
  fireListener({
    ...settings,
    ...system,
    table,
    observer,
    findKey: rememberFound((prefix) => findApiKey(table, prefix), fresh),
    readConfiguration: configurationReader(table, { ...fresh, stageVariables: settings.variables }),
    readSigningSecrets: signingSecretReader(table, loadKeys, fresh),
    largeBodies: openLargeBodies(table.client.config, settings.bucketName, process.env.AWS_ENDPOINT_URL_S3),
  }),
);
