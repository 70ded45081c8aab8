import type { Context, Middleware } from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import { answerItself, placeOf } from './bucket-requests.ts';
import type { BucketStore } from './bucket-store.ts';

/** Puts right how downloads ask, where the engine reads it otherwise than S3. */
export function mendDownloads(store: BucketStore): Middleware {
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    const { bucket, key } = placeOf(ctx.path);
    if (key === '') return next();
    const unfit = Object.entries(ctx.query).find(([name, value]) => name.startsWith('response-') && !isLatin1(value));
    if (unfit !== undefined) return answerItself(ctx, async () => Promise.reject(notLatin1(unfit[0])));
    const { range } = ctx.headers;
    if (range !== undefined) setRange(ctx, await readRange(range, () => store.sizeOf(bucket, key)));
    return next();
  };
}

/** A range as the engine reads it: one, with its start. Of what is no range, or several, S3 takes no notice. */
async function readRange(range: string, size: () => Promise<number>): Promise<string | undefined> {
  const [, start = '', end = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (start !== '') return end !== '' && Number(end) < Number(start) ? undefined : range;
  return end === '' ? undefined : `bytes=${Math.max(0, (await size()) - Number(end))}-`;
}

function setRange({ headers }: Context, range: string | undefined): void {
  if (range === undefined) delete headers.range;
  else headers.range = range;
}

function isLatin1(value: string | string[] | undefined): boolean {
  return /^[ -~\u00a0-\u00ff]*$/.test(String(value));
}

function notLatin1(ArgumentName: string): S3Error {
  return new S3Error('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', { ArgumentName });
}
