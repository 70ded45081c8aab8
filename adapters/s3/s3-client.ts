import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { BucketBusy } from './bucket-busy.ts';

const absentNames = new Set(['NotFound', 'NoSuchKey', 'NoSuchUpload', 'NoSuchVersion']);
const passingNames = new Set([
  'InternalError',
  'SlowDown',
  'ServiceUnavailable',
  'RequestTimeout',
  'TimeoutError',
  'AbortError',
]);

/** Opens S3; `endpoint` is set where it is not AWS's. */
export function openS3Client(endpoint: string | undefined): S3Client {
  const client = new S3Client({
    maxAttempts: 5,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // A presigned part would carry the checksum of an empty body, which no browser's part has.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return sayWhenBusy(client);
}

/** Has a client throw `BucketBusy` for faults that pass, once it has tried as often as it may. */
export function sayWhenBusy(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          throw isPassing(error) ? new BucketBusy(`S3 did not do ${commandName}`, { cause: error }) : error;
        }
      },
    { step: 'initialize', name: 'sayBusy', override: true },
  );
  return client;
}

/**
 * What S3 answers, or undefined where it says that there is no such thing. Whoever asks may list the bucket, so that S3 says 404 of
 * what is not there, and 403 only of what nobody should meet.
 */
export async function unlessAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof S3ServiceException && absentNames.has(error.name)) return undefined;
    throw error;
  }
}

/** Whether a fault of S3 passes: its own, throttling, and what took too long (S3 API, "Error responses"). */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (passingNames.has(error.name)) return true;
  return error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 0) >= 500;
}
