import { rm } from 'node:fs/promises';
import type { Context, Middleware } from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import * as z from 'zod';
import { answerItself, placeOf } from './bucket-requests.ts';
import type { BucketStore } from './bucket-store.ts';
import { readBody } from './read-body.ts';
import { findUpload, isMissing, listParts, type Part, type Upload } from './upload-folder.ts';

/** 10,000 parts, each with its checksums, come to less. */
const maxCompletionBytes = 4_000_000;
/** S3 API, "ListParts". */
const maxPartsInList = 1000;

const Query = z.object({
  uploadId: z.string(),
  partNumber: z.coerce.number().int().min(1).max(10_000).optional(),
  'max-parts': z.coerce.number().int().min(0).default(maxPartsInList),
  'part-number-marker': z.coerce.number().int().min(0).default(0),
});

type Asked = { bucket: string; upload: Upload; query: z.output<typeof Query> };

/** Answers for multipart uploads that have begun as S3 does; the engine itself lists and aborts none and checks little. */
export function answerUploads(store: BucketStore): Middleware {
  return async (ctx, next) => {
    if (!('uploadId' in ctx.query)) return next();
    return answerItself(ctx, async () => {
      if (ctx.state.account === undefined) throw new S3Error('AccessDenied', 'Access Denied');
      const query = parseQuery(ctx.query);
      const { bucket, key } = placeOf(ctx.path);
      const upload = await findUpload(store.uploadsFolder(bucket), query.uploadId);
      if (upload === undefined || upload.key !== key) throw noSuchUpload(query.uploadId);
      try {
        await answer(ctx, next, store, { bucket, upload, query });
      } catch (error) {
        // It was completed or aborted in this very moment.
        if (isMissing(error)) throw noSuchUpload(query.uploadId);
        throw error;
      }
    });
  };
}

async function answer(ctx: Context, next: () => Promise<unknown>, store: BucketStore, asked: Asked): Promise<void> {
  switch (ctx.method) {
    case 'GET':
      ctx.body = describeParts(asked, await listParts(asked.upload));
      return;
    case 'DELETE':
      await rm(asked.upload.folder, { recursive: true, force: true });
      ctx.status = 204;
      return;
    case 'POST':
      ctx.body = await complete(ctx, store, asked);
      return;
    default:
      if (asked.query.partNumber === undefined) throw invalidNumber('');
      await next();
  }
}

function describeParts({ bucket, upload, query }: Asked, parts: Part[]) {
  const marker = query['part-number-marker'];
  const max = Math.min(query['max-parts'], maxPartsInList);
  const after = parts.filter(({ number }) => number > marker);
  const shown = after.slice(0, max);
  return {
    ListPartsResult: {
      '@': { xmlns },
      Bucket: bucket,
      Key: upload.key,
      UploadId: query.uploadId,
      StorageClass: 'STANDARD',
      PartNumberMarker: marker,
      // Set on the last page too, and 0 on an empty one, as S3 does: only IsTruncated says whether there are more.
      NextPartNumberMarker: shown.at(-1)?.number ?? 0,
      MaxParts: max,
      IsTruncated: shown.length < after.length,
      Part: shown.map(({ number, eTag, size, modifiedAt }) => ({
        PartNumber: number,
        LastModified: modifiedAt.toISOString(),
        ETag: `"${eTag}"`,
        Size: size,
      })),
    },
  };
}

async function complete(ctx: Context, store: BucketStore, { bucket, upload }: Asked) {
  const named = readCompletion((await readBody(ctx.req, maxCompletionBytes))?.toString() ?? '');
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) {
    const reason = 'The list of parts was not in ascending order. Parts must be ordered by part number.';
    throw new S3Error('InvalidPartOrder', reason);
  }
  const uploaded = new Map((await listParts(upload)).map((part) => [part.number, part]));
  const parts = named.map(({ number, eTag }) => {
    const part = uploaded.get(number);
    if (part === undefined || part.eTag !== eTag) throw invalidPart(number);
    return part;
  });
  const eTag = await store.joinParts(bucket, upload, parts);
  const [Location = ''] = ctx.href.split('?');
  return {
    CompleteMultipartUploadResult: { '@': { xmlns }, Location, Bucket: bucket, Key: upload.key, ETag: `"${eTag}"` },
  };
}

const xmlns = 'http://s3.amazonaws.com/doc/2006-03-01/';

function readCompletion(xml: string): { number: number; eTag: string | undefined }[] {
  const parts = [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>\s*(\d{1,5})\s*</.exec(part)?.[1]),
    eTag: /<ETag>\s*(.*?)\s*</.exec(part)?.[1]?.replace(/"|&quot;|&#34;/g, ''),
  }));
  if (parts.length > 0 && parts.every(({ number }) => number >= 1)) return parts;
  const reason = 'The XML you provided was not well-formed or did not validate against our published schema';
  throw new S3Error('MalformedXML', reason);
}

function parseQuery(query: Context['query']): z.output<typeof Query> {
  const parsed = Query.safeParse(query);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0]);
  const value = String(query[name]);
  if (name === 'partNumber') throw invalidNumber(value);
  const reason = `Provided ${name} not an integer or within integer range`;
  throw new S3Error('InvalidArgument', reason, { ArgumentName: name, ArgumentValue: value });
}

function invalidNumber(ArgumentValue: string): S3Error {
  const reason = 'Part number must be an integer between 1 and 10000, inclusive';
  return new S3Error('InvalidArgument', reason, { ArgumentName: 'partNumber', ArgumentValue });
}

function noSuchUpload(UploadId: string): S3Error {
  const reason =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new S3Error('NoSuchUpload', reason, { UploadId });
}

function invalidPart(PartNumber: number): S3Error {
  const reason =
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  return new S3Error('InvalidPart', reason, { PartNumber });
}
