import * as z from 'zod';
import type { FunctionName } from '../../functions/routes.ts';
import { resolveIntrinsics } from '../../local/intrinsics.ts';
import { EventSource, LambdaFunction } from '../../local/known-resources.ts';
import { namesBeforeStart } from '../../local/names.ts';
import { account, region } from '../../local/place.ts';
import { type Assembly, resourcesOf } from '../../local/template.ts';
import type { AwsCall } from './aws-calls.ts';

const list = z.union([z.string().transform((only) => [only]), z.array(z.string())]);
const Role = z.object({ Policies: z.undefined().optional(), ManagedPolicyArns: z.undefined().optional() });
/** The one condition there is: it narrows who an e-mail may come from, and the local SES asks for nothing. */
const Sender = z.strictObject({ StringEquals: z.strictObject({ 'ses:FromAddress': z.string() }) });
/** Strict: another condition or a NotAction would be something that the matcher below does not know. */
const Statement = z.strictObject({
  Effect: z.enum(['Allow', 'Deny']),
  Action: list,
  Resource: list,
  Condition: Sender.optional(),
});
const Policy = z.object({ Roles: z.array(z.string()), PolicyDocument: z.object({ Statement: z.array(Statement) }) });

/** What a function may do, and what the Lambda service does in its name. */
export type FunctionRights = {
  statements: z.infer<typeof Statement>[];
  /** One pair of action and resource for each that is granted. */
  grants: AwsCall[];
  serviceCalls: AwsCall[];
};

/** Reads a function's rights from the resolved template. */
export function rightsOf(assembly: Assembly, name: FunctionName): FunctionRights {
  const references = namesBeforeStart(assembly.resources);
  const found = resourcesOf(assembly, LambdaFunction, references).find(
    ({ properties }) => properties.FunctionName === `${assembly.stackName}-${name}`,
  );
  if (found === undefined) throw new Error(`the template has no function ${name}`);
  const resolved = (type: string) =>
    assembly.resources
      .filter((resource) => resource.type === type)
      .map(({ id, properties }) => ({ id, properties: resolveIntrinsics(properties, references) }));
  const role = resolved('AWS::IAM::Role').find(({ id }) => references.attribute(id, 'Arn') === found.properties.Role);
  Role.parse(role?.properties);
  const statements = resolved('AWS::IAM::Policy')
    .map(({ properties }) => Policy.parse(properties))
    .filter(({ Roles }) => role !== undefined && Roles.includes(role.id))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const sources = resourcesOf(assembly, EventSource, references).filter(
    ({ properties }) => properties.FunctionName === references.ref(found.id),
  );
  return {
    statements,
    grants: statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource }) =>
        Action.flatMap((action) => Resource.map((resource) => ({ action, resource }))),
      ),
    serviceCalls: [
      ...writingLogs(found.properties.LoggingConfig.LogGroup),
      ...sources.flatMap(({ properties }) => reading(properties.EventSourceArn)),
      ...sources.flatMap(({ properties: { DestinationConfig } }) =>
        // What a stream's batch comes to that no try could get through (Lambda developer guide, "Discarded batches").
        DestinationConfig === undefined
          ? []
          : [{ action: 'sqs:SendMessage', resource: DestinationConfig.OnFailure.Destination }],
      ),
    ],
  };
}

/** Whether some statement allows a call and none denies it. */
export function isAllowed(statements: FunctionRights['statements'], { action, resource }: AwsCall): boolean {
  const meant = statements.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matches(pattern, action)) && Resource.some((pattern) => matches(pattern, resource)),
  );
  return meant.length > 0 && meant.every(({ Effect }) => Effect === 'Allow');
}

/** Whether a call makes use of a grant. */
export function uses(call: AwsCall, grant: AwsCall): boolean {
  return matches(grant.action, call.action) && matches(grant.resource, call.resource);
}

/** Lambda writes what a function prints with the function's own role (Lambda developer guide, "Execution role"). */
function writingLogs(logGroup: string): AwsCall[] {
  const resource = `arn:aws:logs:${region}:${account}:log-group:${logGroup}:log-stream:any`;
  return [
    { action: 'logs:CreateLogStream', resource },
    { action: 'logs:PutLogEvents', resource },
  ];
}

/** Lambda reads event sources with the function's own role, and refuses a mapping whose role lacks one of these rights. */
function reading(resource: string): AwsCall[] {
  const actions = resource.startsWith('arn:aws:sqs:')
    ? ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
    : ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((operation) => `dynamodb:${operation}`);
  return actions.map((action) => ({ action, resource }));
}

/** IAM's wildcards: `*` for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(text);
}
