import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { functionProfiles } from './function-profiles.ts';
import { stackWith } from './stack-under-test.ts';

const { template, resources } = stackWith();
const kept = stackWith({ keepData: true });

describe('the stack', () => {
  test('has fewer than 500 resources (CloudFormation quota)', () => {
    expect(Object.keys(resources).length).toBeLessThan(500);
  });

  test('keeps table, bucket, secret and people when it goes, where the stage says so', () => {
    const holders = ['DynamoDB::GlobalTable', 'S3::Bucket', 'SecretsManager::Secret', 'Cognito::UserPool'];
    for (const type of holders) {
      template.hasResource(`AWS::${type}`, { DeletionPolicy: 'Delete' });
      kept.template.hasResource(`AWS::${type}`, { DeletionPolicy: 'Retain' });
    }
  });
});

describe('the table', () => {
  test('is paid by use and can be restored to any second', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      Replicas: [Match.objectLike({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } })],
    });
  });

  test('refuses to be deleted where the stage says so', () => {
    kept.template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [Match.objectLike({ DeletionProtectionEnabled: true })],
    });
  });

  test('forgets items by expiresAt and streams new images', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
  });

  test('lists by narrow rows and keeps only keys of what is due', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      GlobalSecondaryIndexes: [
        Match.objectLike({
          IndexName: 'byList',
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['type', 'listed'] },
        }),
        Match.objectLike({ IndexName: 'byDue', Projection: { ProjectionType: 'KEYS_ONLY' } }),
      ],
    });
  });
});

describe('the bucket', () => {
  test('is closed to the public and to plain HTTP', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: [deniesPlainHttp('s3:*')] },
    });
  });

  test('keeps an overwritten version for as long as an event may wait, and the parts of an unfinished upload for eight', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 19 } }),
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 8 } }),
          Match.objectLike({ Prefix: 'bodies/quarantine/', ExpirationInDays: 15 }),
          Match.objectLike({ Prefix: 'bodies/' }),
        ],
      },
    });
  });

  test('keeps a large body until its delivery has gone: the longest that one is pending, and the retention', () => {
    const { template: keptFor90 } = stackWith({ deliveryRetentionDays: 90 });
    const days = (ExpirationInDays: number) => ({
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ Prefix: 'bodies/', ExpirationInDays })]) },
    });
    template.hasResourceProperties('AWS::S3::Bucket', days(30 + 18));
    keptFor90.hasResourceProperties('AWS::S3::Bucket', days(90 + 18));
  });

  test('takes uploads from a page of any origin and shows it the ETag', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      CorsConfiguration: {
        CorsRules: [
          Match.objectLike({
            AllowedOrigins: ['*'],
            AllowedMethods: ['GET', 'POST', 'PUT'],
            ExposedHeaders: ['ETag'],
          }),
        ],
      },
    });
  });
});

describe('what comes to the bucket', () => {
  const ofAttachments = { S3Key: { Rules: [{ Name: 'prefix', Value: 'attachments/' }] } };

  test('is told to the queue of uploads, which takes it from buckets of this account alone', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: {
        QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: Match.anyValue(), Filter: ofAttachments }],
      },
    });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [
          deniesPlainHttp('sqs:*'),
          Match.objectLike({
            Principal: { Service: 's3.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111111111111' },
              ArnLike: { 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ],
      },
    });
  });

  test('is scanned by nobody unless a setting says so', () => {
    template.resourceCountIs('AWS::GuardDuty::MalwareProtectionPlan', 0);
    expect(JSON.stringify(template.toJSON())).not.toContain('ObjectTagging');
  });

  test('is scanned by GuardDuty where a setting says so, and its tags are told to the queue and may be read', () => {
    const { template: scanned } = stackWith({ uploads: { urlSeconds: 3_600, malwareProtection: true } });
    scanned.hasResourceProperties('AWS::GuardDuty::MalwareProtectionPlan', {
      ProtectedResource: { S3Bucket: { BucketName: Match.anyValue(), ObjectPrefixes: ['attachments/'] } },
      Actions: { Tagging: { Status: 'ENABLED' } },
    });
    scanned.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: {
        EventBridgeConfiguration: { EventBridgeEnabled: true },
        QueueConfigurations: [
          Match.objectLike({ Event: 's3:ObjectCreated:*', Filter: ofAttachments }),
          Match.objectLike({ Event: 's3:ObjectTagging:Put', Filter: ofAttachments }),
        ],
      },
    });
    scanned.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'], Effect: 'Allow' }),
        ]),
      },
    });
  });
});

describe('the queues', () => {
  test('hand a message that failed five times to dead letters that keep it for 14 days', () => {
    const queues = Object.values(resources).filter(({ Type }) => Type === 'AWS::SQS::Queue');
    const working = queues.filter(({ Properties }) => Properties.RedrivePolicy !== undefined);
    expect(working.map(({ Properties }) => Properties.RedrivePolicy)).toEqual([
      { deadLetterTargetArn: expect.anything(), maxReceiveCount: 5 },
      { deadLetterTargetArn: expect.anything(), maxReceiveCount: 5 },
      { deadLetterTargetArn: expect.anything(), maxReceiveCount: 5 },
      { deadLetterTargetArn: expect.anything(), maxReceiveCount: 5 },
    ]);
    const ends = queues.filter(({ Properties }) => Properties.RedrivePolicy === undefined);
    expect(ends.map(({ Properties }) => Properties.MessageRetentionPeriod)).toEqual([
      1209600, 1209600, 1209600, 1209600, 1209600,
    ]);
  });

  test('are all encrypted and closed to plain HTTP', () => {
    template.resourceCountIs('AWS::SQS::QueuePolicy', 9);
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: Match.arrayWith([deniesPlainHttp('sqs:*')]) },
    });
  });

  test('hide a message for at least six times as long as its consumer may take', () => {
    for (const consumer of ['send-webhook', 'send-email', 'run-macro'] as const) {
      expect(functionProfiles[consumer].timeoutSeconds * 6).toBeLessThanOrEqual(360);
    }
    template.resourcePropertiesCountIs('AWS::SQS::Queue', { VisibilityTimeout: 360 }, 3);
  });

  test('wake their consumers, which answer message by message', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^workqueuesWebhooks'), 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 20 },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^workqueuesEmails'), 'Arn'] },
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^workqueuesMacros'), 'Arn'] },
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });
});

describe('the stream', () => {
  test('wakes queue-delivery for new pending deliveries and new notifications only', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [Match.anyValue(), 'StreamArn'] },
      FunctionName: { Ref: Match.stringLikeRegexp('^queuedelivery') },
      FilterCriteria: {
        Filters: [
          {
            Pattern: Match.serializedJson({
              eventName: ['INSERT'],
              dynamodb: { NewImage: { type: { S: ['delivery'] }, outcome: { S: ['pending'] } } },
            }),
          },
          {
            Pattern: Match.serializedJson({
              eventName: ['INSERT'],
              dynamodb: { NewImage: { type: { S: ['notification'] } } },
            }),
          },
        ],
      },
    });
  });

  test('tries a batch five times within a day, halving it, and hands what is left to the failure queue', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 86_400,
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('StreamFailures'), 'Arn'] } },
      },
    });
  });
});

describe('the clock', () => {
  test('wakes tick once a minute', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^tick'), 'Arn'] } })],
    });
  });
});

describe('the master secret', () => {
  test('is 64 characters that AWS makes up', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      SecretString: Match.absent(),
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
  });
});

function deniesPlainHttp(action: string) {
  return Match.objectLike({
    Effect: 'Deny',
    Action: action,
    Principal: { AWS: '*' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
}
