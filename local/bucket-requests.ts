import type { Context, Middleware } from 's3rver';
import authentication from 's3rver/lib/middleware/authentication.js';
import cors from 's3rver/lib/middleware/cors.js';
import S3Error from 's3rver/lib/models/error.js';

const answerCors = cors();
const authenticate = authentication();

/** The bucket and the key that a path names; an empty key where it names a bucket alone. */
export function placeOf(path: string): { bucket: string; key: string } {
  const [, bucket = '', ...segments] = path.split('/');
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(segments.join('/')) };
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** Answers preflights, which S3 answers for a request that it will refuse as well. */
export const answerPreflights: Middleware = async (ctx, next) => {
  if (ctx.method !== 'OPTIONS') return next();
  ctx.params = placeOf(ctx.path);
  return answerCors(ctx, async () => {});
};

/** Answers what the engine does not answer well, after what its router does first: CORS, credentials, the bucket. */
export async function answerItself(ctx: Context, answer: () => Promise<unknown>): Promise<void> {
  const { bucket, key } = placeOf(ctx.path);
  ctx.params = { bucket, key };
  await answerCors(ctx, () =>
    authenticate(ctx, async () => {
      if ((await ctx.store.getBucket(bucket)) === null) {
        throw new S3Error('NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });
      }
      return answer();
    }),
  );
}
