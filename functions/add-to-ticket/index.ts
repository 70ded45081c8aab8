import { endpoint } from '../kit/endpoint.ts';
import { openServices } from '../kit/open-services.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { addToTicket } from './handler.ts';

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
const services = openServices('add-to-ticket', settings);

/** What the gateway calls for what an app adds later to a ticket that it created. */
export const handler = endpoint(services.observer, addToTicket(services));
