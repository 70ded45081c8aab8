/** Names of the environment variables that the stack sets and the functions read. */
export const environmentNames = {
  tableName: 'TABLE_NAME',
  bucketName: 'BUCKET_NAME',
  webhookQueueUrl: 'WEBHOOK_QUEUE_URL',
  macroQueueUrl: 'MACRO_QUEUE_URL',
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
} as const;

/** The key of one environment variable in {@link environmentNames}. */
export type EnvironmentKey = keyof typeof environmentNames;
