import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Resources of a template, by logical id. */
export type FakeResources = Record<string, { Type: string; Properties?: object }>;

const getAtt = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });

/** Writes an assembly as `cdk synth` does, with bundles given as source text, for tests of what runs it. */
export function writeAssembly(
  resources: FakeResources,
  bundles: Record<string, string> = {},
  sections: object = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'feedbridge-assembly-'));
  const files = Object.entries(bundles).map(([name, source]) => {
    mkdirSync(join(folder, `asset.${name}`));
    writeFileSync(join(folder, `asset.${name}`, 'index.mjs'), source);
    return [name, { source: { path: `asset.${name}`, packaging: 'zip' } }];
  });
  const write = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify(content));
  write('manifest.json', { artifacts: { fake: { type: 'aws:cloudformation:stack' } } });
  write('fake.assets.json', { files: Object.fromEntries(files) });
  write('fake.template.json', { Resources: resources, ...sections });
  return folder;
}

/** A function whose bundle has the same name. */
export function fakeFunction(name: string, variables: object = {}, Timeout = 5) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: `fake-${name}`,
      Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      MemorySize: 128,
      Timeout,
      Environment: { Variables: variables },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: name },
    },
  };
}

/** A queue whose messages come back after a second and go to `deadLetters` after two receives. */
export function fakeQueue(deadLetters?: string) {
  const policy = deadLetters && {
    RedrivePolicy: { deadLetterTargetArn: getAtt(deadLetters, 'Arn'), maxReceiveCount: 2 },
  };
  return { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 1, ...policy } };
}

/** A bucket that tells a queue of the objects that are created below a prefix. */
export function fakeBucket(prefix: string, queueId: string) {
  const Filter = { S3Key: { Rules: [{ Name: 'prefix', Value: prefix }] } };
  const configuration = { Event: 's3:ObjectCreated:*', Queue: getAtt(queueId, 'Arn'), Filter };
  return {
    Type: 'AWS::S3::Bucket',
    Properties: { NotificationConfiguration: { QueueConfigurations: [configuration] } },
  };
}

/** A route that leads to a function; with `authorised`, only with a token. */
export function fakeRoute(routeKey: string, functionId: string, authorised = false): FakeResources {
  const id = `${functionId}${routeKey.replace(/\W/g, '')}`;
  return {
    [`${id}Target`]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: getAtt(functionId, 'Arn'),
        PayloadFormatVersion: '2.0',
      },
    },
    [id]: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: routeKey,
        Target: { 'Fn::Join': ['', ['integrations/', { Ref: `${id}Target` }]] },
        AuthorizationType: authorised ? 'JWT' : 'NONE',
        ...(authorised ? { AuthorizerId: { Ref: 'Bearer' } } : {}),
      },
    },
  };
}

/** The mapping of a queue to a function that names the messages that failed. */
export function fakeQueueSource(queueId: string, functionId: string) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      BatchSize: 10,
      EventSourceArn: getAtt(queueId, 'Arn'),
      FunctionName: { Ref: functionId },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  };
}

/** The mapping of the table's stream to a function: filtered, bisecting, with one retry and a queue for what fails. */
export function fakeStreamSource(functionId: string, pattern: object, failuresId: string) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      BatchSize: 10,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: getAtt(failuresId, 'Arn') } },
      EventSourceArn: getAtt('Table', 'StreamArn'),
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] },
      FunctionName: { Ref: functionId },
      MaximumRetryAttempts: 1,
      StartingPosition: 'TRIM_HORIZON',
    },
  };
}

/** What every stack needs: table, secret, bucket, API and sign-in. */
export const fakeBase: FakeResources = {
  Table: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    },
  },
  Secret: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
  },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'fake', ProtocolType: 'HTTP' } },
  Pool: { Type: 'AWS::Cognito::UserPool' },
  Roles: {
    Type: 'AWS::Cognito::UserPoolResourceServer',
    Properties: {
      Identifier: 'feedbridge',
      Name: 'feedbridge',
      Scopes: [{ ScopeDescription: 'May read', ScopeName: 'observer' }],
      UserPoolId: { Ref: 'Pool' },
    },
  },
  People: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: {
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      CallbackURLs: [{ 'Fn::Join': ['', [getAtt('Api', 'ApiEndpoint'), '/']] }],
      GenerateSecret: false,
      UserPoolId: { Ref: 'Pool' },
    },
  },
  Machine: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: {
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: [{ 'Fn::Join': ['/', [{ Ref: 'Roles' }, 'observer']] }],
      GenerateSecret: true,
      UserPoolId: { Ref: 'Pool' },
    },
  },
  Bearer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'Api' },
      Name: 'Bearer',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: {
        Audience: [{ Ref: 'People' }, { Ref: 'Machine' }],
        Issuer: { 'Fn::Join': ['', ['https://cognito-idp.eu-central-1.amazonaws.com/', { Ref: 'Pool' }]] },
      },
    },
  },
};
