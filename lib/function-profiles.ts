import type { EnvironmentKey } from '../functions/environment.ts';
import type { FunctionName } from '../functions/routes.ts';

/** What a function may be let near; the stack knows each one's ARN. */
export const reaches = [
  'table',
  'byList',
  'byDue',
  'tableStream',
  'bucket',
  'attachments',
  'scannedAttachments',
  'bodies',
  'webhookQueue',
  'emailQueue',
  'macroQueue',
  'uploadQueue',
  'streamFailures',
  'masterSecret',
  'emailIdentity',
] as const;

/** One of {@link reaches}. */
export type Reach = (typeof reaches)[number];

/** What one function is given: size, time, environment and the AWS actions it may call. */
export type FunctionProfile = {
  description: string;
  memoryMb: number;
  timeoutSeconds: number;
  environment: readonly EnvironmentKey[];
  grants: Readonly<Partial<Record<Reach, readonly string[]>>>;
  /** Lambda stops a function that feeds its own queue after about 16 turns, unless told that this is meant. */
  feedsItself?: true;
};

// An HTTP API waits 30 seconds at most (AWS quota): a function behind it ends before, and says so itself.
const gatewayTimeoutSeconds = 29;

// What the Lambda service does with the function's role to read an event source (AWS Lambda developer guide).
const consumeQueue = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'] as const;
const consumeStream = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
] as const;

/** What a function is told that decides what follows from a change, and stores all of it. */
const toDecide = [
  'tableName',
  'bucketName',
  'masterSecretArn',
  'configCacheSeconds',
  'apiOrigin',
  'consoleOrigin',
  'dueShards',
  'deliveryRetentionDays',
  'variables',
] as const satisfies readonly EnvironmentKey[];

/** What such a function does with the table, at the least. */
const changeRecords = [
  'dynamodb:GetItem',
  'dynamodb:BatchGetItem',
  'dynamodb:Query',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
] as const;

/** The profile of each function. A transaction needs the actions of what is in it; nobody may Scan. */
export const functionProfiles: Record<FunctionName, FunctionProfile> = {
  'receive-feedback': {
    description: 'Takes a report from an external source and stores the ticket',
    memoryMb: 1024,
    timeoutSeconds: gatewayTimeoutSeconds,
    environment: [...toDecide, 'uploadUrlSeconds'],
    grants: {
      table: changeRecords,
      attachments: ['s3:PutObject'],
      bodies: ['s3:PutObject'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'fire-listener': {
    description: 'Finds a ticket or member for an outside system and acts on it',
    memoryMb: 1024,
    timeoutSeconds: gatewayTimeoutSeconds,
    environment: toDecide,
    grants: {
      table: [...changeRecords, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
      bodies: ['s3:PutObject'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'queue-delivery': {
    description: 'Carries new deliveries and notifications from the table stream to the queues',
    memoryMb: 256,
    timeoutSeconds: 30,
    environment: ['webhookQueueUrl', 'emailQueueUrl', 'macroQueueUrl'],
    grants: {
      tableStream: consumeStream,
      webhookQueue: ['sqs:SendMessage'],
      emailQueue: ['sqs:SendMessage'],
      macroQueue: ['sqs:SendMessage'],
      streamFailures: ['sqs:SendMessage'],
    },
  },
  'send-webhook': {
    description: 'Sends what is due and records each attempt',
    memoryMb: 512,
    timeoutSeconds: 60,
    environment: [
      'tableName',
      'bucketName',
      'webhookQueueUrl',
      'macroQueueUrl',
      'masterSecretArn',
      'configCacheSeconds',
      'dueShards',
      'deliveryRetentionDays',
      'outboundAllowHttp',
      'outboundAllowedCidrs',
    ],
    grants: {
      table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      bodies: ['s3:GetObject'],
      webhookQueue: [...consumeQueue, 'sqs:SendMessage'],
      macroQueue: ['sqs:SendMessage'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
    feedsItself: true,
  },
  'send-email': {
    description: 'Sends e-mails through SES and records each attempt',
    memoryMb: 256,
    timeoutSeconds: 60,
    environment: [
      'tableName',
      'emailQueueUrl',
      'masterSecretArn',
      'apiOrigin',
      'emailFrom',
      'dueShards',
      'deliveryRetentionDays',
    ],
    grants: {
      table: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      emailQueue: [...consumeQueue, 'sqs:SendMessage'],
      emailIdentity: ['ses:SendEmail'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
    feedsItself: true,
  },
  tick: {
    description: 'Once a minute, has each shard of the due index drained',
    memoryMb: 256,
    timeoutSeconds: 30,
    environment: ['webhookQueueUrl', 'emailQueueUrl', 'macroQueueUrl', 'uploadQueueUrl', 'dueShards'],
    grants: {
      webhookQueue: ['sqs:GetQueueAttributes'],
      emailQueue: ['sqs:GetQueueAttributes'],
      uploadQueue: ['sqs:GetQueueAttributes'],
      macroQueue: ['sqs:SendMessage', 'sqs:GetQueueAttributes'],
    },
  },
  'run-macro': {
    description: 'Works the pages of runs, drains the due index, sees to endpoints that failed, and tells teams',
    memoryMb: 512,
    timeoutSeconds: 60,
    environment: [...toDecide, 'webhookQueueUrl', 'emailQueueUrl', 'macroQueueUrl', 'uploadQueueUrl'],
    grants: {
      table: [...changeRecords, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
      byList: ['dynamodb:Query'],
      byDue: ['dynamodb:Query'],
      macroQueue: [...consumeQueue, 'sqs:SendMessage'],
      webhookQueue: ['sqs:SendMessage'],
      attachments: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:AbortMultipartUpload'],
      bodies: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      emailQueue: ['sqs:SendMessage'],
      uploadQueue: ['sqs:SendMessage'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
    feedsItself: true,
  },
  'leave-notifications': {
    description: 'Lets a person turn off the e-mails about tickets of their teams',
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: ['tableName', 'masterSecretArn'],
    grants: {
      table: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'admin-api': {
    description: 'Serves people and tools below /admin/v1',
    memoryMb: 1024,
    timeoutSeconds: gatewayTimeoutSeconds,
    environment: [...toDecide, 'macroQueueUrl', 'administratorGroups', 'roleMapping', 'storageQuotaBytes'],
    grants: {
      table: [...changeRecords, 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'],
      byList: ['dynamodb:Query'],
      byDue: ['dynamodb:Query'],
      attachments: [
        's3:GetObject',
        's3:GetObjectVersion',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:AbortMultipartUpload',
      ],
      bodies: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
      macroQueue: ['sqs:SendMessage'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'receive-file': {
    description: 'Takes files for tickets, and sees their uploads through',
    memoryMb: 1024,
    timeoutSeconds: gatewayTimeoutSeconds,
    environment: [...toDecide, 'uploadUrlSeconds', 'storageQuotaBytes', 'malwareProtection'],
    grants: {
      table: [...changeRecords, 'dynamodb:ConditionCheckItem'],
      attachments: [
        's3:PutObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
      ],
      bucket: ['s3:ListBucket'],
      bodies: ['s3:PutObject'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'add-to-ticket': {
    description: 'Takes what the app that created a ticket adds to it later',
    memoryMb: 1024,
    timeoutSeconds: gatewayTimeoutSeconds,
    environment: toDecide,
    grants: {
      table: changeRecords,
      bodies: ['s3:PutObject'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'settle-upload': {
    description: 'Settles attachments by what the bucket shows',
    memoryMb: 1024,
    // 2 GiB that have to be read through take about half a minute.
    timeoutSeconds: 180,
    environment: [...toDecide, 'uploadQueueUrl', 'storageQuotaBytes', 'malwareProtection'],
    grants: {
      table: [...changeRecords, 'dynamodb:ConditionCheckItem'],
      attachments: [
        's3:GetObject',
        's3:GetObjectVersion',
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:AbortMultipartUpload',
      ],
      scannedAttachments: ['s3:GetObjectTagging', 's3:GetObjectVersionTagging'],
      bodies: ['s3:PutObject'],
      bucket: ['s3:ListBucket'],
      uploadQueue: [...consumeQueue, 'sqs:ChangeMessageVisibility'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'open-file': {
    description: 'Leads from a link to the file that it is for',
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: ['tableName', 'bucketName', 'masterSecretArn'],
    grants: {
      table: ['dynamodb:GetItem'],
      attachments: ['s3:GetObject', 's3:GetObjectVersion'],
      masterSecret: ['secretsmanager:GetSecretValue'],
    },
  },
  'answer-rest': {
    description: 'Answers 404, 405, preflights and the API description',
    memoryMb: 512,
    timeoutSeconds: 10,
    environment: ['tableName', 'configCacheSeconds', 'apiOrigin', 'signInIssuer', 'signInClientId'],
    grants: { table: ['dynamodb:GetItem', 'dynamodb:Query'] },
  },
};
