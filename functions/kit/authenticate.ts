import type { FindRemembered } from '../../adapters/dynamodb/fresh-cache.ts';
import { type ApiKey, keyAccepts, parseApiKey } from '../../core/keys/api-key.ts';
import { type HttpReply, type HttpRequest, refuse } from './http.ts';

/** Who calls: the holder of an enabled API key, somebody without a key, or with one that we do not know; the answer for them. */
export type Caller = { outcome: 'known'; key: ApiKey } | { outcome: 'keyless' | 'unknown'; reply: HttpReply };

/** Checks the API key of a request; a disabled, an expired and an unknown key get the same answer. */
export async function authenticateKey(
  request: HttpRequest,
  { findKey, now }: { findKey: FindRemembered<ApiKey>; now: () => number },
): Promise<Caller> {
  const given = givenKey(request);
  const parsed = given === undefined ? undefined : parseApiKey(given);
  if (parsed === undefined) return unknownCaller(given === undefined);
  const { prefix, secret } = parsed;
  const at = now();
  let key = await findKey(prefix);
  // A secret that was rotated a moment ago works at once, whatever is remembered of its key.
  if (key !== undefined && !keyAccepts(key, secret, at)) key = await findKey(prefix, true);
  if (key === undefined || !keyAccepts(key, secret, at)) return unknownCaller(false);
  request.note({ apiKey: key.prefix });
  return { outcome: 'known', key };
}

/** The key as sent: in the header `X-Api-Key`, as a bearer token, or as the query's `apiKey`, in this order. */
function givenKey(request: HttpRequest): string | undefined {
  const header = request.headers['x-api-key']?.trim();
  const bearer = /^bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
  return (
    [header, bearer, request.query.get('apiKey')].find(
      (given) => given !== undefined && given !== null && given !== '',
    ) ?? undefined
  );
}

function unknownCaller(missing: boolean): Caller {
  const description = missing
    ? 'An API key is required: send it as X-Api-Key, as Authorization: Bearer or as ?apiKey=.'
    : 'The API key is not valid.';
  const reply = refuse(401, description, undefined, { 'www-authenticate': 'Bearer' });
  return { outcome: missing ? 'keyless' : 'unknown', reply };
}
