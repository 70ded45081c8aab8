import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readUsableSecrets } from '../../adapters/dynamodb/secrets.ts';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { createOutboundClient } from '../../adapters/http/outbound-client.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { createObserver } from '../kit/observer.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { sendWebhook } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  webhookQueueUrl: true,
  masterSecretArn: true,
  dueShards: true,
  deliveryRetentionDays: true,
  outboundAllowHttp: true,
  outboundAllowedCidrs: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const observer = createObserver('send-webhook', table.meter);
const loadKeys = createKeyLoader(new SecretsManagerClient(), settings.masterSecretArn);

/** What Lambda calls with messages of the webhook queue. */
export const handler = queueConsumer(
  observer,
  sendWebhook({
    ...settings,
    ...system,
    table,
    observer,
    webhookQueue: { client: new SQSClient(), url: settings.webhookQueueUrl },
    outbound: createOutboundClient({
      allowHttp: settings.outboundAllowHttp,
      allowedCidrs: settings.outboundAllowedCidrs,
      now: () => performance.now(),
    }),
    readSecrets: async (project, names) => await readUsableSecrets(table, loadKeys, project, names),
  }),
);
