import * as z from 'zod';

/** One object that came, or was tagged by a scanner, as S3 says it; keys are form-encoded (S3, "Event message structure"). */
const ObjectEvent = z.object({
  eventName: z.string(),
  s3: z.object({
    object: z.object({
      key: z.string().transform((key) => decodeURIComponent(key.replaceAll('+', ' '))),
      versionId: z.string().optional(),
    }),
  }),
});

/** Seconds until a message that failed is tried again, after so many tries: 5 s, 30 s, 3 min, then 15 min. */
export function retrySeconds(tries: number): number {
  return [5, 30, 180][tries - 1] ?? 900;
}

/** A message of the upload queue: what S3 says of objects, its test when the notification is set up, or an attachment that is due. */
export const UploadMessage = z.union([
  z.object({ kind: z.literal('tend-attachment'), project: z.string(), ticket: z.string(), id: z.string() }),
  z.object({ Records: z.array(ObjectEvent) }),
  z.object({ Event: z.literal('s3:TestEvent') }),
]);
export type UploadMessage = z.infer<typeof UploadMessage>;
