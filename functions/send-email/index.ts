import { SQSClient } from '@aws-sdk/client-sqs';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { createKeyLoader } from '../../adapters/secrets/master-secret.ts';
import { createMailer } from '../../adapters/ses/mail.ts';
import { createObserver } from '../kit/observer.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { sendEmail } from './handler.ts';

const settings = Settings.pick({
  tableName: true,
  emailQueueUrl: true,
  emailFrom: true,
  masterSecretArn: true,
  apiOrigin: true,
  dueShards: true,
  deliveryRetentionDays: true,
}).parse(readEnvironment(process.env));
const table = openTable(settings.tableName);
const observer = createObserver('send-email', table.meter);

/** What Lambda calls with messages of the e-mail queue. */
export const handler = queueConsumer(
  observer,
  sendEmail({
    ...settings,
    ...system,
    table,
    observer,
    emailQueue: { client: new SQSClient(), url: settings.emailQueueUrl },
    sendMail: createMailer(),
    loadKeys: createKeyLoader(
      table.client.config,
      settings.masterSecretArn,
      process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER,
    ),
  }),
);
