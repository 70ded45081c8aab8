import { type ApiKey, keyAccepts, parseApiKey } from '../../core/keys/api-key.ts';
import { type HttpReply, type HttpRequest, refuse } from './http.ts';

/** Who calls: the holder of an enabled API key, somebody without a key, or with one that we do not know; the answer for them. */
export type Caller = { outcome: 'known'; key: ApiKey } | { outcome: 'keyless' | 'unknown'; reply: HttpReply };

/** Checks the API key of a request; a disabled, an expired and an unknown key get the same answer. */
export async function authenticateKey(
  request: HttpRequest,
  findKey: (prefix: string) => Promise<ApiKey | undefined>,
): Promise<Caller> {
  const given = givenKey(request);
  const parsed = given === undefined ? undefined : parseApiKey(given);
  if (parsed === undefined) return unknownCaller(given === undefined);
  const key = await findKey(parsed.prefix);
  if (key === undefined || !keyAccepts(key, parsed.secret)) return unknownCaller(false);
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
