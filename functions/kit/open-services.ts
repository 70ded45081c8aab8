import type * as z from 'zod';
import { findApiKey } from '../../adapters/dynamodb/api-keys.ts';
import { configurationReader } from '../../adapters/dynamodb/configuration.ts';
import { rememberFound } from '../../adapters/dynamodb/fresh-cache.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { openLargeBodies } from '../../adapters/s3/large-bodies.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import type { FunctionName } from '../routes.ts';
import { createObserver } from './observer.ts';
import { signingSecretReader } from './read-signing-secrets.ts';
import type { Settings } from './settings.ts';
import { system } from './system.ts';

/** The settings that are read here; what else a function is given goes through as it is. */
type Needed = Pick<
  z.infer<typeof Settings>,
  'tableName' | 'bucketName' | 'masterSecretArn' | 'configCacheSeconds' | 'variables'
>;

/** Opens what a function needs that outside systems call with a key or a signature, and adds its settings. */
export function openServices<Given extends Needed>(name: FunctionName, settings: Given) {
  const table = openTable(settings.tableName);
  const loadKeys = createKeyLoader(
    table.client.config,
    settings.masterSecretArn,
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
  );
  const fresh = { freshMs: settings.configCacheSeconds * 1_000, now: system.now };
  return {
    ...settings,
    ...system,
    table,
    loadKeys,
    observer: createObserver(name, table.meter),
    findKey: rememberFound((prefix) => findApiKey(table, prefix), fresh),
    readConfiguration: configurationReader(table, { ...fresh, stageVariables: settings.variables }),
    readConfigurationNow: configurationReader(table, { ...fresh, freshMs: 0, stageVariables: settings.variables }),
    readSigningSecrets: signingSecretReader(table, loadKeys, fresh),
    largeBodies: openLargeBodies(table.client.config, settings.bucketName, process.env.AWS_ENDPOINT_URL_S3),
  };
}
