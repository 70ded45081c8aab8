import * as z from 'zod';
import { bucketProperties } from './bucket-properties.ts';

/** A resource type that the local stack runs, with every property it may have; any other property stops the start. */
export type Known<Schema extends z.ZodType> = { type: string; schema: Schema };

function known<Shape extends z.ZodRawShape>(type: string, shape: Shape) {
  return { type, schema: z.strictObject({ ...shape, Tags: z.unknown() }).partial({ Tags: true }) };
}

// What says nothing to an engine on one machine.
const ignored = z.unknown().optional();

const KeySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

export const Table = known('AWS::DynamoDB::GlobalTable', {
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.string() })),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  KeySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  Replicas: ignored,
  SSESpecification: ignored,
  StreamSpecification: z.strictObject({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.literal(true) }).optional(),
});

export const Queue = known('AWS::SQS::Queue', {
  VisibilityTimeout: z.number().optional(),
  MessageRetentionPeriod: z.number().optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
  SqsManagedSseEnabled: ignored,
});

export const Bucket = known('AWS::S3::Bucket', bucketProperties);

export const Secret = known('AWS::SecretsManager::Secret', {
  Description: ignored,
  GenerateSecretString: z.strictObject({ PasswordLength: z.number(), ExcludePunctuation: z.literal(true) }),
});

export const LambdaFunction = known('AWS::Lambda::Function', {
  FunctionName: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.literal('nodejs24.x'),
  MemorySize: z.number(),
  Timeout: z.number(),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).optional(),
  LoggingConfig: z.strictObject({ LogFormat: z.literal('JSON'), LogGroup: z.string() }),
  Architectures: ignored,
  Description: ignored,
  RecursiveLoop: ignored,
  Role: ignored,
  TracingConfig: ignored,
});

export const EventSource = known('AWS::Lambda::EventSourceMapping', {
  BatchSize: z.number(),
  BisectBatchOnFunctionError: z.boolean().optional(),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) }).optional(),
  EventSourceArn: z.string(),
  FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) }).optional(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).optional(),
  MaximumRecordAgeInSeconds: z.number().optional(),
  MaximumRetryAttempts: z.number().optional(),
  // The least maximum that AWS takes is two instances, and there are never more here.
  ScalingConfig: ignored,
  StartingPosition: z.literal('TRIM_HORIZON').optional(),
});

export const Rule = known('AWS::Events::Rule', {
  Description: ignored,
  ScheduleExpression: z.string(),
  State: z.literal('ENABLED'),
  Targets: z.array(z.strictObject({ Arn: z.string(), Id: z.string(), RetryPolicy: ignored })),
});

export const Api = known('AWS::ApiGatewayV2::Api', {
  Name: z.string(),
  ProtocolType: z.literal('HTTP'),
  Description: ignored,
});

export const Route = known('AWS::ApiGatewayV2::Route', {
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'JWT']),
  AuthorizerId: z.string().optional(),
});

export const Integration = known('AWS::ApiGatewayV2::Integration', {
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
});

export const Authorizer = known('AWS::ApiGatewayV2::Authorizer', {
  ApiId: z.string(),
  Name: z.string(),
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.strictObject({ Audience: z.array(z.string()), Issuer: z.string() }),
});

export const UserPoolClient = known('AWS::Cognito::UserPoolClient', {
  AllowedOAuthFlows: z.tuple([z.enum(['code', 'client_credentials'])]),
  AllowedOAuthScopes: z.array(z.string()),
  CallbackURLs: z.array(z.string()).optional(),
  LogoutURLs: z.array(z.string()).optional(),
  GenerateSecret: z.boolean(),
  AccessTokenValidity: ignored,
  AllowedOAuthFlowsUserPoolClient: ignored,
  ClientName: ignored,
  EnableTokenRevocation: ignored,
  ExplicitAuthFlows: ignored,
  IdTokenValidity: ignored,
  PreventUserExistenceErrors: ignored,
  RefreshTokenValidity: ignored,
  SupportedIdentityProviders: ignored,
  TokenValidityUnits: ignored,
  UserPoolId: z.string(),
});

export const ResourceServer = known('AWS::Cognito::UserPoolResourceServer', {
  Identifier: z.string(),
  Name: z.string(),
  Scopes: z.array(z.strictObject({ ScopeDescription: z.string(), ScopeName: z.string() })),
  UserPoolId: z.string(),
});

/** Every type that the local stack runs. */
export const knownResources: readonly Known<z.ZodType>[] = [
  Table,
  Queue,
  Bucket,
  Secret,
  LambdaFunction,
  EventSource,
  Rule,
  Api,
  Route,
  Integration,
  Authorizer,
  UserPoolClient,
  ResourceServer,
];

/** Every type that means nothing on one machine: rights, logs, the pool's own settings, which the local issuer replaces. */
export const ignoredTypes: readonly string[] = [
  'AWS::ApiGatewayV2::Stage',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolDomain',
  'AWS::Cognito::UserPoolGroup',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
];
