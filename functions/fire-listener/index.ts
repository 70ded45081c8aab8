import { endpoint } from '../kit/endpoint.ts';
import { openServices } from '../kit/open-services.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
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
const services = openServices('fire-listener', settings);

/** What the gateway calls for each call of a listener. */
export const handler = endpoint(services.observer, fireListener(services));
