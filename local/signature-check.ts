import { createHash, createHmac } from 'node:crypto';
import type { Context, Middleware } from 's3rver';
import S3Error from 's3rver/lib/models/error.js';
import { answerItself, placeOf } from './bucket-requests.ts';
import { credentials } from './place.ts';

const algorithm = 'AWS4-HMAC-SHA256';

/** What a request says of its signature. */
type Claim = { scope: string; signedHeaders: string; signature: string; at: string; payloadHash: string };

/** Refuses what was changed after it was signed (Signature Version 4); the engine itself looks only at date and access key. */
export const checkSignatures: Middleware = async (ctx, next) => {
  const asked = new URL(ctx.href).searchParams;
  const claim = claimOf(ctx, asked);
  if (claim === undefined || signatureOf(ctx, asked, claim) === claim.signature) return next();
  return answerItself(ctx, async () => {
    const reason =
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.';
    throw new S3Error('SignatureDoesNotMatch', reason);
  });
};

function claimOf({ headers }: Context, asked: URLSearchParams): Claim | undefined {
  if (asked.has('X-Amz-Algorithm')) {
    const given = (name: string) => asked.get(name) ?? '';
    return {
      scope: scopeOf(given('X-Amz-Credential')),
      signedHeaders: given('X-Amz-SignedHeaders'),
      signature: given('X-Amz-Signature'),
      at: given('X-Amz-Date'),
      payloadHash: asked.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    };
  }
  const { authorization = '' } = headers;
  if (!authorization.startsWith(algorithm)) return undefined;
  const given = (name: string) => new RegExp(`[\\s,]${name}=([^\\s,]*)`).exec(authorization)?.[1] ?? '';
  return {
    scope: scopeOf(given('Credential')),
    signedHeaders: given('SignedHeaders'),
    signature: given('Signature'),
    at: String(headers['x-amz-date']),
    payloadHash: String(headers['x-amz-content-sha256']),
  };
}

/** The signature that a request should have (IAM, "Create a signed AWS API request"). */
function signatureOf(ctx: Context, asked: URLSearchParams, { scope, signedHeaders, at, payloadHash }: Claim): string {
  const { bucket, key } = placeOf(ctx.path);
  const query = [...asked]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map((pair) => pair.map(encode).join('='))
    .sort();
  const given = (name: string) => String(ctx.headers[name] ?? '').replace(/ +/g, ' ');
  const headers = signedHeaders.split(';').map((name) => `${name}:${given(name).trim()}\n`);
  const path = key === '' ? ctx.path : `/${[bucket, ...key.split('/')].map(encode).join('/')}`;
  const request = [ctx.method, path, query.join('&'), headers.join(''), signedHeaders, payloadHash].join('\n');
  const text = [algorithm, at, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const secret = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  return hmac(scope.split('/').reduce(hmac, secret), text).toString('hex');
}

/** A credential without its access key. */
function scopeOf(credential: string): string {
  return credential.slice(credential.indexOf('/') + 1);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
