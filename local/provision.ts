import { randomInt } from 'node:crypto';
import { type AwsCall, awsJson } from './aws-json.ts';
import type { Engines } from './engines.ts';
import { environmentOf } from './function-environment.ts';
import type { References } from './intrinsics.ts';
import { Bucket, Queue, Secret, Table } from './known-resources.ts';
import { namesOf, streamArn } from './names.ts';
import { provisionBucket } from './provision-bucket.ts';
import { provisionQueues } from './provision-queues.ts';
import { provisionTable, tableExists } from './provision-table.ts';
import type { SecretsEngine } from './secrets-engine.ts';
import { StartError } from './start-error.ts';
import { type Assembly, resourcesOf } from './template.ts';

/** Everything that exists once the template's tables, queues, bucket and secret do. */
export type Provisioned = {
  references: References;
  tableName: string;
  bucketName: string;
  /** URLs of queues by logical id. */
  queueUrls: Record<string, string>;
  /** Whether the table was made in this start. */
  tableIsNew: boolean;
  /** The engine's own name of a stream, by the ARN that the template's references give. */
  engineStreamArn: (arn: string) => string;
  /** The environment of a function, by its logical id, its name or its name without the stack's. */
  environmentOf: (name: string) => Record<string, string>;
};

/** Creates what the template names, or adjusts what an earlier start created; `origin` is where the API will be. */
export async function provision(
  assembly: Assembly,
  engines: Pick<Engines, 'endpoints' | 'secrets'>,
  { origin = 'http://127.0.0.1' }: { origin?: string } = {},
): Promise<Provisioned> {
  const { endpoints, secrets } = engines;
  const streams = new Map<string, { arn: string; engineArn: string }>();
  const references = namesOf(assembly.resources, {
    origin,
    queues: endpoints.sqs,
    streamArn: (id) => streams.get(id)?.arn ?? streamArn(id, 'not-yet'),
  });
  const dynamodb = awsJson(endpoints.dynamodb, 'DynamoDB_20120810', 'dynamodb');
  await provisionSecrets(assembly, references, secrets, dynamodb);
  let tableIsNew = false;
  for (const { id, properties } of resourcesOf(assembly, Table, references)) {
    const { created, stream } = await provisionTable(dynamodb, references.ref(id), properties);
    tableIsNew ||= created;
    if (stream !== undefined)
      streams.set(id, { arn: streamArn(references.ref(id), stream.label), engineArn: stream.arn });
  }
  await provisionQueues(assembly, references, awsJson(endpoints.sqs, 'AmazonSQS', 'sqs'));
  for (const { id, properties } of resourcesOf(assembly, Bucket, references)) {
    await provisionBucket(endpoints.s3, references.ref(id), properties.CorsConfiguration?.CorsRules ?? []);
  }
  const byArn = new Map([...streams.values()].map((stream) => [stream.arn, stream.engineArn]));
  return {
    references,
    tableName: firstOf(assembly, Table.type, references),
    bucketName: firstOf(assembly, Bucket.type, references),
    queueUrls: Object.fromEntries(resourcesOf(assembly, Queue, references).map(({ id }) => [id, references.ref(id)])),
    tableIsNew,
    engineStreamArn: (arn) => {
      const engineArn = byArn.get(arn);
      if (engineArn === undefined) throw new StartError(`The template has no table with the stream ${arn}.`);
      return engineArn;
    },
    environmentOf: (name) => environmentOf(assembly, references, { endpoints, origin }, name),
  };
}

/** Before the tables, so that a start that ends in between leaves no table behind whose secret is missing. */
async function provisionSecrets(
  assembly: Assembly,
  references: References,
  secrets: SecretsEngine,
  dynamodb: AwsCall,
): Promise<void> {
  const wanted = resourcesOf(assembly, Secret, references);
  for (const { id } of secrets.wereEmpty && wanted.length > 0 ? resourcesOf(assembly, Table, references) : []) {
    if (!(await tableExists(dynamodb, references.ref(id)))) continue;
    throw new StartError(
      'The data directory has tables but not the secret that protects them (secrets.json); restore it, or start with another --data-dir.',
    );
  }
  for (const { id, properties } of wanted) {
    secrets.addOnce(references.ref(id), () => randomText(properties.GenerateSecretString.PasswordLength));
  }
}

function firstOf({ resources }: Assembly, type: string, references: References): string {
  const resource = resources.find((candidate) => candidate.type === type);
  if (resource === undefined) throw new StartError(`The template has no ${type}.`);
  return references.ref(resource.id);
}

function randomText(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}
