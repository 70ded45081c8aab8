import { SQSClient } from '@aws-sdk/client-sqs';
import { openTable } from '../../adapters/dynamodb/table.ts';
import { createObserver } from '../kit/observer.ts';
import { queueConsumer } from '../kit/queue-consumer.ts';
import { readEnvironment, Settings } from '../kit/settings.ts';
import { system } from '../kit/system.ts';
import { runMacro } from './handler.ts';

const { tableName, webhookQueueUrl } = Settings.pick({ tableName: true, webhookQueueUrl: true }).parse(
  readEnvironment(process.env),
);
const table = openTable(tableName);
const webhookQueue = { client: new SQSClient(), url: webhookQueueUrl };

/** What Lambda calls with messages of the macro queue. */
export const handler = queueConsumer(
  createObserver('run-macro', table.meter),
  runMacro({ table, webhookQueue, now: system.now }),
);
