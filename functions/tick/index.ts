import { SQSClient } from '@aws-sdk/client-sqs';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { tick } from './handler.ts';

const { webhookQueueUrl, emailQueueUrl, macroQueueUrl, uploadQueueUrl, dueShards } = Settings.pick({
  webhookQueueUrl: true,
  emailQueueUrl: true,
  macroQueueUrl: true,
  uploadQueueUrl: true,
  dueShards: true,
}).parse(readEnvironment(process.env));
const client = new SQSClient();

/** What the rule calls once a minute. */
export const handler = tick({
  macroQueue: { client, url: macroQueueUrl },
  webhookQueue: { client, url: webhookQueueUrl },
  emailQueue: { client, url: emailQueueUrl },
  uploadQueue: { client, url: uploadQueueUrl },
  dueShards,
  observer: createObserver('tick'),
});
