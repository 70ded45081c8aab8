import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { test as base, inject } from 'vitest';
import { openTable, type Table } from '../adapters/dynamodb/table.ts';
import type { Queue } from '../adapters/sqs/queue.ts';
import { environmentNames } from '../functions/environment.ts';
import type { FunctionName } from '../functions/routes.ts';
import { startEngines } from '../local/engines.ts';
import type { SentMail } from '../local/mail-store.ts';
import { credentials, region } from '../local/place.ts';
import { type Provisioned, provision } from '../local/provision.ts';
import { readAssembly } from '../local/template.ts';

/** The engines of one worker: the table and the queues that the synthesised template names. */
export type TestEngines = {
  table: Table;
  webhookQueue: Queue;
  emailQueue: Queue;
  macroQueue: Queue;
  uploadQueue: Queue;
  bucketName: string;
  s3Endpoint: string;
  sesEndpoint: string;
  /** The e-mails that were sent, newest first. */
  mails: () => readonly SentMail[];
  provisioned: Provisioned;
};

/** A test with real engines on free ports, started once per worker; tests keep apart by projects of their own. */
export const test = base.extend<{ engines: TestEngines }>({
  engines: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are needed from this pattern.
    async ({}, use) => {
      const engines = await startEngines();
      const provisioned = await provision(readAssembly(inject('assemblyDir')), engines);
      const { endpoints } = engines;
      const dynamodb = new DynamoDBClient({ endpoint: endpoints.dynamodb, region, credentials });
      const client = new SQSClient({ endpoint: endpoints.sqs, region, credentials });
      const queueOf = (name: FunctionName, variable: string): Queue => {
        const url = provisioned.environmentOf(name)[variable];
        if (url === undefined) throw new Error(`${name} has no ${variable}`);
        return { client, url };
      };
      await use({
        table: openTable(provisioned.tableName, dynamodb),
        webhookQueue: queueOf('tick', environmentNames.webhookQueueUrl),
        emailQueue: queueOf('send-email', environmentNames.emailQueueUrl),
        macroQueue: queueOf('tick', environmentNames.macroQueueUrl),
        uploadQueue: queueOf('run-macro', environmentNames.uploadQueueUrl),
        bucketName: provisioned.bucketName,
        s3Endpoint: endpoints.s3,
        sesEndpoint: endpoints.ses,
        mails: engines.mail.mails,
        provisioned,
      });
      dynamodb.destroy();
      client.destroy();
      await engines.stop();
    },
    { scope: 'worker' },
  ],
});
