import { describeParts, type TemplatePart } from '../templates/parts.ts';
import { maskHeaders, truncateForLog } from '../webhooks/masking.ts';
import type { Delivery, FrozenAuth, FrozenMail, FrozenRequest } from './delivery.ts';
import { headerOfAuth } from './fill-auth.ts';

/** A request as people read it: secrets as the tags that name them, the body cut for the log. */
export type DescribedRequest = {
  method: FrozenRequest['method'] | 'MAIL';
  url: string;
  headers: Record<string, string>;
  body: string;
  truncated: boolean;
  /** The size of the whole body, where not all of it is shown. */
  bodyBytes?: number;
};

/** A body that lies outside of its delivery: its parts, or undefined where it is gone. */
export type StoredBody = { parts: readonly TemplatePart[] | undefined };

const mask = '***';

/**
 * A delivery's request as it is sent at an instant (RFC 3339), or without one as it waits; undefined where it was never
 * rendered. What filled its secrets in is stored nowhere.
 */
export function describeDelivery(
  delivery: Pick<Delivery, 'id' | 'replayOf' | 'request' | 'mail'>,
  stored: StoredBody,
  startedAt?: string,
): DescribedRequest | undefined {
  const { request, mail } = delivery;
  if (mail !== undefined) return describeMail(mail);
  if (request === undefined) return undefined;
  const headers = maskHeaders({
    ...describeHeaders(request),
    ...(request.auth === undefined ? {} : { [headerOfAuth(request.auth)]: mask }),
    ...webhookHeaders(delivery, request, startedAt),
  });
  return { method: request.method, url: describeParts(request.url), headers, ...describeBody(request, stored) };
}

/** A request that is not sent: its sign-in is shown by the secrets that it takes, but never with a text of its own. */
export function describePreview(request: FrozenRequest): DescribedRequest {
  const { auth, sign } = request;
  const headers = Object.fromEntries([
    ...request.headers.map(([name, parts]) => [name, describeHeader(name, parts)]),
    ...(auth === undefined ? [] : [describeAuth(auth)]),
    ...(sign === undefined ? [] : [['webhook-signature', `v1 by ((secret.${sign}))`]]),
  ]);
  const body = describeBody(request, { parts: undefined });
  return { method: request.method, url: describeParts(request.url), headers, ...body };
}

/** A tag that names a secret is none; without one, a header that may hold a credential is masked as in the log. */
function describeHeader(name: string, parts: readonly TemplatePart[]): string {
  const text = describeParts(parts);
  return parts.some((part) => 'secret' in part) ? text : (maskHeaders({ [name]: text })[name] ?? mask);
}

function describeHeaders({ headers }: FrozenRequest): Record<string, string> {
  return Object.fromEntries(headers.map(([name, parts]) => [name, describeParts(parts)]));
}

function describeAuth(auth: FrozenAuth): [string, string] {
  switch (auth.kind) {
    case 'basic':
      return ['Authorization', `Basic Base64(${describeParts(auth.username)}:${describeSecret(auth.password)})`];
    case 'bearer':
      return ['Authorization', `Bearer ${describeSecret(auth.token)}`];
    case 'header':
      return [auth.name, describeSecret(auth.value)];
    case 'oauth2':
      return [
        'Authorization',
        `Bearer <token of ${describeParts(auth.tokenUrl)} for ${describeSecret(auth.clientSecret)}>`,
      ];
  }
}

function describeSecret(parts: readonly TemplatePart[]): string {
  return parts.some((part) => 'secret' in part) ? describeParts(parts) : mask;
}

function webhookHeaders(
  { id, replayOf }: Pick<Delivery, 'id' | 'replayOf'>,
  { sign }: FrozenRequest,
  startedAt: string | undefined,
): Record<string, string> {
  return {
    'webhook-id': replayOf ?? id,
    ...(startedAt === undefined ? {} : { 'webhook-timestamp': String(Math.floor(Date.parse(startedAt) / 1000)) }),
    ...(replayOf === undefined ? {} : { 'webhook-replay': 'true' }),
    ...(sign === undefined ? {} : { 'webhook-signature': `v1,${mask}` }),
  };
}

function describeBody(
  { body, bodyAt }: FrozenRequest,
  { parts }: StoredBody,
): Pick<DescribedRequest, 'body' | 'truncated' | 'bodyBytes'> {
  const whole = bodyAt === undefined ? body : parts;
  if (bodyAt !== undefined && whole === undefined) return { body: '', truncated: true, bodyBytes: bodyAt.bytes };
  return cut(describeParts(whole ?? []));
}

function describeMail({ to, subject, text }: FrozenMail): DescribedRequest {
  const addresses = to.map((address) => encodeURIComponent(address).replaceAll('%40', '@'));
  return { method: 'MAIL', url: `mailto:${addresses.join(',')}`, headers: { subject }, ...cut(text) };
}

function cut(body: string): Pick<DescribedRequest, 'body' | 'truncated' | 'bodyBytes'> {
  const { text, truncated } = truncateForLog(body);
  return { body: text, truncated, ...(truncated ? { bodyBytes: Buffer.byteLength(body) } : {}) };
}
