import { openTable } from '../../adapters/dynamodb/table.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { endpoint } from '../kit/endpoint.ts';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { leaveNotifications } from './handler.ts';

const settings = Settings.pick({ tableName: true, masterSecretArn: true }).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const loadKeys = createKeyLoader(
  table.client.config,
  settings.masterSecretArn,
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
);

/** What the gateway calls for the link in each e-mail to a team. */
export const handler = endpoint(
  createObserver('leave-notifications', table.meter),
  leaveNotifications({ ...system, table, loadKeys }),
);
