/** Names of the environment variables that the stack sets and the functions read. */
export const environmentNames = {
  tableName: 'TABLE_NAME',
  bucketName: 'BUCKET_NAME',
  webhookQueueUrl: 'WEBHOOK_QUEUE_URL',
  emailQueueUrl: 'EMAIL_QUEUE_URL',
  macroQueueUrl: 'MACRO_QUEUE_URL',
  uploadQueueUrl: 'UPLOAD_QUEUE_URL',
  masterSecretArn: 'MASTER_SECRET_ARN',
  configCacheSeconds: 'CONFIG_CACHE_SECONDS',
  apiOrigin: 'API_ORIGIN',
  consoleOrigin: 'CONSOLE_ORIGIN',
  dueShards: 'DUE_SHARDS',
  deliveryRetentionDays: 'DELIVERY_RETENTION_DAYS',
  variables: 'VARIABLES',
  outboundAllowHttp: 'OUTBOUND_ALLOW_HTTP',
  outboundAllowedCidrs: 'OUTBOUND_ALLOWED_CIDRS',
  administratorGroups: 'ADMINISTRATOR_GROUPS',
  roleMapping: 'ROLE_MAPPING',
  emailFrom: 'EMAIL_FROM',
  uploadUrlSeconds: 'UPLOAD_URL_SECONDS',
  storageQuotaBytes: 'STORAGE_QUOTA_BYTES',
  malwareProtection: 'MALWARE_PROTECTION',
  signInIssuer: 'SIGN_IN_ISSUER',
  signInClientId: 'SIGN_IN_CLIENT_ID',
} as const;

/** The key of one environment variable in {@link environmentNames}. */
export type EnvironmentKey = keyof typeof environmentNames;

/** Messages of the webhook queue that one instance has in hand at once: its slots. SQS hands out at most 10 at a time. */
export const webhookSlots = 10;
