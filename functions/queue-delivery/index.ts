import { SQSClient } from '@aws-sdk/client-sqs';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { queueDelivery } from './handler.ts';

const { webhookQueueUrl, emailQueueUrl, macroQueueUrl } = Settings.pick({
  webhookQueueUrl: true,
  emailQueueUrl: true,
  macroQueueUrl: true,
}).parse(readEnvironment(process.env));
const client = new SQSClient();

/** What Lambda calls with a batch of the table's stream. */
export const handler = queueDelivery({
  webhookQueue: { client, url: webhookQueueUrl },
  emailQueue: { client, url: emailQueueUrl },
  macroQueue: { client, url: macroQueueUrl },
  observer: createObserver('queue-delivery'),
});
