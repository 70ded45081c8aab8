import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { openTable } from '../adapters/dynamodb/table.ts';
import type { Queue } from '../adapters/sqs/queue.ts';
import { environmentNames } from '../functions/environment.ts';
import type { FunctionName } from '../functions/routes.ts';
import { startEngines } from '../local/engines.ts';
import { Table } from '../local/known-resources.ts';
import { credentials, region } from '../local/place.ts';
import { provision } from '../local/provision.ts';
import { type Assembly, readAssembly } from '../local/template.ts';
import type { TestEngines } from '../test/engines.ts';

/** Engines of a measurement's own. */
export type Place = TestEngines & {
  /** The endpoint and credentials of the table engine, for clients that are not ours. */
  dynamodb: { endpoint: string; region: string; credentials: typeof credentials };
  /** Puts a function's environment into this process, as Lambda would before it loads the function. */
  enter(name: FunctionName, more?: Readonly<Record<string, string>>): void;
  stop(): Promise<void>;
};

/** Starts engines with the tables and queues of a synthesised stack. */
export async function openPlace(assemblyDir: string): Promise<Place> {
  const engines = await startEngines();
  const { endpoints } = engines;
  const provisioned = await provision(withoutStream(readAssembly(assemblyDir)), engines);
  const dynamodb = { endpoint: endpoints.dynamodb, region, credentials };
  const client = new SQSClient({ endpoint: endpoints.sqs, region, credentials });
  const queueOf = (name: FunctionName, variable: string): Queue => {
    const url = provisioned.environmentOf(name)[variable];
    if (url === undefined) throw new Error(`${name} has no ${variable}`);
    return { client, url };
  };
  return {
    table: openTable(provisioned.tableName, new DynamoDBClient(dynamodb)),
    webhookQueue: queueOf('tick', environmentNames.webhookQueueUrl),
    emailQueue: queueOf('send-email', environmentNames.emailQueueUrl),
    macroQueue: queueOf('tick', environmentNames.macroQueueUrl),
    uploadQueue: queueOf('run-macro', environmentNames.uploadQueueUrl),
    bucketName: provisioned.bucketName,
    s3Endpoint: endpoints.s3,
    sesEndpoint: endpoints.ses,
    mails: engines.mail.mails,
    provisioned,
    dynamodb,
    enter: (name, more = {}) => Object.assign(process.env, provisioned.environmentOf(name), more),
    stop: engines.stop,
  };
}

/**
 * Leaves out the table's stream, which nothing reads here: dynoxide 1.2.1 goes through all records of a stream on every write, and
 * in a long run that would hide whatever else takes time.
 */
function withoutStream(assembly: Assembly): Assembly {
  const resources = assembly.resources.map((resource) => {
    if (resource.type !== Table.type) return resource;
    const { StreamSpecification: _, ...properties } = resource.properties;
    return { ...resource, properties };
  });
  return { ...assembly, resources };
}
