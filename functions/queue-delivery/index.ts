import { SQSClient } from '@aws-sdk/client-sqs';
import { createObserver } from '../kit/observer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { queueDelivery } from './handler.ts';

const { webhookQueueUrl } = Settings.pick({ webhookQueueUrl: true }).parse(readEnvironment(process.env));
const webhookQueue = { client: new SQSClient(), url: webhookQueueUrl };

/** What Lambda calls with a batch of the table's stream. */
export const handler = queueDelivery({ webhookQueue, observer: createObserver('queue-delivery') });
