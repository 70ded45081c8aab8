import { createHash } from 'node:crypto';
import type { References } from './intrinsics.ts';
import { account, region } from './place.ts';
import type { Resource } from './template.ts';

/** What decides the physical names, beside the template: where the API and the queues are, and the streams' ARNs. */
export type Surroundings = { origin: string; queues: string; streamArn: (tableId: string) => string };

type Names = { ref: string; attributes?: Record<string, string> };

/** What `Ref` and each `Fn::GetAtt` give for every resource of a template. */
export function namesOf(resources: readonly Resource[], surroundings: Surroundings): References {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const find = (id: string): Names => {
    const resource = byId.get(id);
    if (resource === undefined) throw new Error(`${id} is not in the template`);
    const names = namesByType[resource.type];
    return names === undefined ? { ref: id } : names(resource, surroundings);
  };
  return {
    ref: (id) => pseudoParameters[id] ?? find(id).ref,
    attribute: (id, name) => {
      const value = find(id).attributes?.[name];
      if (value === undefined) throw new Error(`the attribute ${name} of ${id} is not known here`);
      return value;
    },
  };
}

/** The same before anything runs, to check a template by. */
export function namesBeforeStart(resources: readonly Resource[]): References {
  return namesOf(resources, {
    origin: 'http://127.0.0.1',
    queues: 'http://127.0.0.1',
    streamArn: (id) => streamArn(id, 'x'),
  });
}

/** The ARN of a table's stream, as the template's region and account spell it. */
export function streamArn(tableName: string, label: string): string {
  return `${arn('dynamodb', `table/${tableName}`)}/stream/${label}`;
}

const pseudoParameters: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::URLSuffix': 'amazonaws.com',
};

const namesByType: Record<string, (resource: Resource, surroundings: Surroundings) => Names> = {
  'AWS::DynamoDB::GlobalTable': ({ id }, { streamArn: streamOf }) => ({
    ref: id,
    attributes: {
      Arn: arn('dynamodb', `table/${id}`),
      get StreamArn() {
        return streamOf(id);
      },
    },
  }),
  'AWS::SQS::Queue': ({ id }, { queues }) => ({
    ref: `${queues}/${account}/${id}`,
    attributes: { Arn: arn('sqs', id), QueueName: id },
  }),
  // Bucket names have no capitals.
  'AWS::S3::Bucket': ({ id }) => ({ ref: id.toLowerCase(), attributes: { Arn: `arn:aws:s3:::${id.toLowerCase()}` } }),
  // Real ARNs of secrets end in six characters of their own.
  'AWS::SecretsManager::Secret': ({ id }) => ({
    ref: arn('secretsmanager', `secret:${id}-${createHash('sha256').update(id).digest('hex').slice(0, 6)}`),
  }),
  'AWS::Lambda::Function': ({ id, properties }) => {
    const name = typeof properties.FunctionName === 'string' ? properties.FunctionName : id;
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
  },
  'AWS::ApiGatewayV2::Api': ({ id }, { origin }) => ({ ref: id, attributes: { ApiEndpoint: origin } }),
  'AWS::Cognito::UserPoolClient': ({ properties }) => ({
    ref: String(properties.AllowedOAuthFlows) === 'client_credentials' ? 'feedbridge-machine' : 'feedbridge-people',
  }),
  'AWS::Cognito::UserPoolResourceServer': ({ properties }) => ({ ref: String(properties.Identifier) }),
  'AWS::Cognito::UserPool': ({ id }) => ({ ref: id, attributes: { Arn: arn('cognito-idp', `userpool/${id}`) } }),
  'AWS::Events::Rule': ({ id }) => ({ ref: id, attributes: { Arn: arn('events', `rule/${id}`) } }),
  'AWS::Logs::LogGroup': ({ id }) => ({ ref: id, attributes: { Arn: arn('logs', `log-group:${id}:*`) } }),
  'AWS::IAM::Role': ({ id }) => ({ ref: id, attributes: { Arn: arn('iam', `role/${id}`) } }),
};

function arn(service: string, name: string): string {
  return `arn:aws:${service}:${region}:${account}:${name}`;
}
