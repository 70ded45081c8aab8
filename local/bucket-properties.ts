import * as z from 'zod';

// What says nothing to an engine on one machine.
const ignored = z.unknown().optional();

/** Every property that a bucket may have. */
export const bucketProperties = {
  CorsConfiguration: z
    .strictObject({
      CorsRules: z.array(
        z.strictObject({
          AllowedHeaders: z.array(z.string()).optional(),
          AllowedMethods: z.array(z.string()),
          AllowedOrigins: z.array(z.string()),
          ExposedHeaders: z.array(z.string()).optional(),
          MaxAge: z.number().optional(),
        }),
      ),
    })
    .optional(),
  NotificationConfiguration: z
    .strictObject({
      QueueConfigurations: z.array(
        z.strictObject({
          // Those that the local bucket tells of.
          Event: z.enum(['s3:ObjectCreated:*', 's3:ObjectTagging:*', 's3:ObjectTagging:Put']),
          Queue: z.string(),
          Filter: z
            .strictObject({
              S3Key: z.strictObject({
                Rules: z.array(z.strictObject({ Name: z.literal('prefix'), Value: z.string() })),
              }),
            })
            .optional(),
        }),
      ),
    })
    .optional(),
  BucketEncryption: ignored,
  LifecycleConfiguration: ignored,
  OwnershipControls: ignored,
  PublicAccessBlockConfiguration: ignored,
  VersioningConfiguration: ignored,
};
