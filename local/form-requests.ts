import type { Context, Middleware } from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import S3Object from 's3rver/lib/models/object.js';
import { answerItself, placeOf } from './bucket-requests.ts';
import type { BucketStore } from './bucket-store.ts';
import { boundaryOf, type Form, FormError, readForm } from './form-reader.ts';

/** Answers forms that upload a file as S3 does; the engine itself drops the file's name. Policies are not enforced. */
export function answerForms(store: BucketStore): Middleware {
  return async (ctx, next) => {
    const boundary = boundaryOf(ctx.headers['content-type']);
    if (ctx.method !== 'POST' || boundary === undefined || placeOf(ctx.path).key !== '') return next();
    return answerItself(ctx, async () => {
      // Not destroyed: the answer to a form that is refused goes over the same connection.
      const body = ctx.req.iterator({ destroyOnReturn: false });
      try {
        await upload(ctx, store, await readForm(body, boundary));
      } catch (error) {
        throw error instanceof FormError ? refusals[error.reason]() : error;
      } finally {
        await body.return?.();
        ctx.req.resume();
      }
    });
  };
}

async function upload(ctx: Context, store: BucketStore, { fields: written, file }: Form): Promise<void> {
  if (file === undefined) {
    throw invalidArgument('file', 'POST requires exactly one file upload per request.');
  }
  const fields = new Map<string, string>();
  const putIn = (value: string) => value.replaceAll(fileNamePlace, () => file.name);
  for (const [name, value] of written) fields.set(name, putIn(value));
  const { bucket } = placeOf(ctx.path);
  const key = fields.get('key');
  if (key === undefined) {
    const reason =
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields";
    throw invalidArgument('key', reason);
  }
  if (key === '') throw invalidArgument('key', 'User key must have a length greater than 0.');
  const object = new S3Object(bucket, key, file.content, Object.fromEntries(fields));
  const { md5 } = await store.storeObject(object, 'ObjectCreated:Post');
  ctx.etag = md5;
  answerStored(ctx, { bucket, key, eTag: `"${md5}"` }, fields);
}

/** The answers that the form asked for (S3 API, "POST Object"). */
function answerStored(
  ctx: Context,
  { bucket, key, eTag }: { bucket: string; key: string; eTag: string },
  fields: ReadonlyMap<string, string>,
): void {
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  if (URL.canParse(redirect)) {
    const target = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag: eTag })) target.searchParams.append(name, value);
    ctx.status = 303;
    ctx.set('Location', target.href);
    return;
  }
  const { origin } = new URL(ctx.href);
  const location = `${origin}/${[bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`;
  ctx.set('Location', location);
  const status = fields.get('success_action_status');
  ctx.status = status === '200' || status === '201' ? Number(status) : 204;
  if (ctx.status === 201) ctx.body = { PostResponse: { Location: location, Bucket: bucket, Key: key, ETag: eTag } };
}

/** What S3 replaces by the name of the file, in every field. */
const fileNamePlace = '$' + '{filename}';

const refusals = {
  malformed: () =>
    new S3Error('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.'),
  'too-long': () =>
    new S3Error(
      'MaxPostPreDataLengthExceededError',
      'Your POST request fields preceding the upload file were too large.',
    ),
};

function invalidArgument(ArgumentName: string, reason: string): S3Error {
  return new S3Error('InvalidArgument', reason, { ArgumentName, ArgumentValue: '' });
}
