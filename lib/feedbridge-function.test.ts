import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { environmentNames } from '../functions/environment.ts';
import { functionNames } from '../functions/routes.ts';
import { stackWith } from './stack-under-test.ts';

const { template, resources } = stackWith();

const Lambda = z.object({
  FunctionName: z.string(),
  Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  LoggingConfig: z.object({ LogGroup: z.object({ Ref: z.string() }) }),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});
const Policy = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Action: z.union([z.string(), z.array(z.string())]), Resource: z.unknown() })),
  }),
});

const lambdas = propertiesOf('AWS::Lambda::Function').map((properties) => Lambda.parse(properties));
const policies = propertiesOf('AWS::IAM::Policy').map((properties) => Policy.parse(properties));

describe('each function', () => {
  test('is one of routes.ts, on Node 24 and arm64', () => {
    expect(lambdas.map((lambda) => lambda.FunctionName).sort()).toEqual(
      functionNames.map((name) => `feedbridge-test-${name}`).sort(),
    );
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  test('has a role of its own, with no managed policy', () => {
    expect(new Set(lambdas.map((lambda) => lambda.Role['Fn::GetAtt'][0])).size).toBe(functionNames.length);
    template.resourceCountIs('AWS::IAM::Role', functionNames.length);
    template.allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });

  test('logs JSON to a group of its own that forgets', () => {
    expect(new Set(lambdas.map((lambda) => lambda.LoggingConfig.LogGroup.Ref)).size).toBe(functionNames.length);
    template.allResourcesProperties('AWS::Lambda::Function', { LoggingConfig: { LogFormat: 'JSON' } });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  test.each([
    [
      'send-webhook',
      [
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:GetObject',
        'secretsmanager:GetSecretValue',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    [
      'send-email',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:PutItem',
        'dynamodb:UpdateItem',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'secretsmanager:GetSecretValue',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    [
      'run-macro',
      [
        'dynamodb:BatchGetItem',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:GetObject',
        's3:PutObject',
        'secretsmanager:GetSecretValue',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    ],
    ['tick', ['logs:CreateLogStream', 'logs:PutLogEvents', 'sqs:GetQueueAttributes', 'sqs:SendMessage']],
  ])('may do only what it needs, such as %s', (name, actions) => {
    expect(actionsOf(name)).toEqual(actions);
  });

  test('finds in its environment exactly what it reads, and never a secret', () => {
    for (const name of functionNames) {
      const variables = variablesOf(name);
      expect(Object.keys(variables).sort(), name).toEqual(['NODE_OPTIONS', ...variablesReadBy(name)].sort());
      expect(JSON.stringify(variables)).not.toMatch(/resolve:secretsmanager|SecretString/);
    }
  });

  test('has room left in its environment, which holds 4 KB (AWS quota)', () => {
    for (const name of functionNames) {
      expect(JSON.stringify(variablesOf(name)).length).toBeLessThan(3000);
    }
  });
});

describe('no function', () => {
  test('may scan the table', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('dynamodb:Scan');
  });

  test('is granted an action by a wildcard', () => {
    for (const name of functionNames) {
      for (const action of actionsOf(name)) expect(action).not.toContain('*');
    }
  });

  test('is granted anything on every resource', () => {
    for (const statement of policies.flatMap((policy) => policy.PolicyDocument.Statement)) {
      expect(statement.Resource).not.toBe('*');
    }
  });

  test('but those that open secrets or make links of ours may read the master secret', () => {
    const readers = functionNames.filter((name) => actionsOf(name).includes('secretsmanager:GetSecretValue'));
    expect(readers).toEqual([
      'receive-feedback',
      'fire-listener',
      'send-webhook',
      'send-email',
      'run-macro',
      'leave-notifications',
      'admin-api',
      'receive-file',
      'add-to-ticket',
      'settle-upload',
      'open-file',
    ]);
  });

  test('but the three that feed their own queue may loop', () => {
    const loopers = propertiesOf('AWS::Lambda::Function').filter(({ RecursiveLoop }) => RecursiveLoop === 'Allow');
    expect(loopers.map(({ FunctionName }) => FunctionName).sort()).toEqual([
      'feedbridge-test-run-macro',
      'feedbridge-test-send-email',
      'feedbridge-test-send-webhook',
    ]);
  });
});

function propertiesOf(type: string) {
  return Object.values(resources)
    .filter((resource) => resource.Type === type)
    .map((resource) => resource.Properties);
}

function lambdaNamed(name: string) {
  const lambda = lambdas.find((candidate) => candidate.FunctionName === `feedbridge-test-${name}`);
  if (!lambda) throw new Error(`The template has no function ${name}.`);
  return lambda;
}

function actionsOf(name: string): string[] {
  const [role] = lambdaNamed(name).Role['Fn::GetAtt'];
  const actions = policies
    .filter((policy) => policy.Roles.some(({ Ref }) => Ref === role))
    .flatMap((policy) => policy.PolicyDocument.Statement)
    .flatMap((statement) => statement.Action);
  return [...new Set(actions)].sort();
}

function variablesOf(name: string) {
  return lambdaNamed(name).Environment.Variables;
}

/** The variables that a function's entry picks from the settings. */
function variablesReadBy(name: string): string[] {
  const entry = readFileSync(join(import.meta.dirname, '../functions', name, 'index.ts'), 'utf8');
  return Object.entries(environmentNames).flatMap(([key, variable]) =>
    new RegExp(`\\b${key}: true\\b`).test(entry) ? [variable] : [],
  );
}
