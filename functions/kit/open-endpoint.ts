import type { Configuration, ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { FindRemembered } from '../../adapters/dynamodb/fresh-cache.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import type { Signature } from '../../core/document/schema-signatures.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import { toleranceMs } from '../../core/signatures/judge-time.ts';
import { readScheme } from '../../core/signatures/presets.ts';
import { verifySignature } from '../../core/signatures/verify-signature.ts';
import { admitKey, type NotAdmitted } from './admit-key.ts';
import { authenticateKey } from './authenticate.ts';
import { type HttpReply, type HttpRequest, notFound, refuse } from './http.ts';
import { limitEndpoint } from './limit-endpoint.ts';
import { openRateNote } from './rate-note.ts';
import type { SigningSecretReader } from './read-signing-secrets.ts';

/** What every endpoint of outside systems says of who may call it, by a key, a signature or both, and how often. */
type Openable = {
  key: string;
  apiKey?: string | undefined;
  signature?: Signature | undefined;
  maxPerMinute?: number | undefined;
};

/** What opening an endpoint needs; `apiOrigin` is where callers see it, for those who sign its URL. */
export type OpeningDependencies = {
  table: Table;
  findKey: FindRemembered<ApiKey>;
  readConfiguration: ConfigurationReader;
  readSigningSecrets: SigningSecretReader;
  apiOrigin: string;
  now: () => number;
};

/** The endpoint that a request asks for, and `checkBody`, which refuses a body by its size or type, before the signature. */
export type Sought<Endpoint> = {
  project: string;
  find: (document: ProjectDocument) => Endpoint | undefined;
  what: 'source' | 'listener';
  checkBody?: () => HttpReply | undefined;
};

/** A signature that was accepted. Without a timestamp in it, only memory tells it from a replay after `toleranceMs`. */
export type AcceptedSignature = {
  fingerprint: string;
  isTimed: boolean;
  toleranceMs: number;
  /** What the sender calls its call, where that is signed. */
  signedId?: string;
};

/** An endpoint opened for its caller, or the answer that keeps it closed, with the reason for the log. */
export type Opening<Endpoint> =
  | {
      outcome: 'opened';
      endpoint: Endpoint;
      configuration: Configuration;
      key?: ApiKey;
      signature?: AcceptedSignature;
      /** Counts calls against the endpoint's rate, and returns why they may not be made. */
      takeTurns: TakeTurns;
    }
  | RefusedOpening<Endpoint>;

/** Counts so many calls, or reports of a batch; unlimited ones cost nothing. */
export type TakeTurns = (turns: number) => Promise<NotAdmitted | undefined>;

type RefusedOpening<Endpoint> = {
  outcome: 'refused';
  reply: HttpReply;
  reason: string;
  key?: ApiKey;
  endpoint?: Endpoint;
};

/**
 * Checks who calls, in the contract's order (docs/http.md): the key is known, may be used from there and so often, project and
 * endpoint exist, the key opens the endpoint, the body may be read, the signature is valid. Without a key, only an endpoint that asks for a signature alone exists.
 * The endpoint's rate is for its handler to count, once it knows that the call is no replay.
 */
export async function openEndpoint<Endpoint extends Openable>(
  dependencies: OpeningDependencies,
  request: HttpRequest,
  sought: Sought<Endpoint>,
): Promise<Opening<Endpoint>> {
  const caller = await authenticateKey(request, dependencies);
  if (caller.outcome === 'unknown') return { outcome: 'refused', reply: caller.reply, reason: 'the key is not known' };
  const noteRate = openRateNote(request);
  const notAdmitted =
    caller.outcome === 'known' ? await admitKey(dependencies, request, caller.key, noteRate) : undefined;
  if (caller.outcome === 'known' && notAdmitted !== undefined) {
    return { outcome: 'refused', ...notAdmitted, key: caller.key };
  }
  const configuration = await readOpen(dependencies, sought.project);
  const endpoint = configuration === undefined ? undefined : sought.find(configuration.document);
  if (caller.outcome === 'keyless' && (endpoint?.signature === undefined || endpoint.apiKey !== undefined)) {
    return { outcome: 'refused', reply: caller.reply, reason: 'the key is missing' };
  }
  const known = caller.outcome === 'known' ? { key: caller.key } : {};
  if (configuration === undefined || endpoint === undefined) {
    return { outcome: 'refused', reply: notFound(), reason: `there is no such ${sought.what}`, ...known };
  }
  const refused = (reply: HttpReply, reason: string): Opening<Endpoint> => ({
    ...{ outcome: 'refused', reply, reason, endpoint },
    ...known,
  });
  if (endpoint.apiKey !== undefined && endpoint.apiKey !== known.key?.prefix) {
    const reply = refuse(403, `This API key does not open this ${sought.what}.`);
    return refused(reply, `the key does not open this ${sought.what}`);
  }
  const unreadable = sought.checkBody?.();
  if (unreadable !== undefined) return refused(unreadable, 'the body is too large or of another type');
  const { key, maxPerMinute } = endpoint;
  const takeTurns = async (turns: number) => {
    if (maxPerMinute === undefined || turns === 0) return undefined;
    const limited = { project: sought.project, what: sought.what, key, maxPerMinute };
    return await limitEndpoint(dependencies, request, limited, { turns, noteRate });
  };
  const opened = { outcome: 'opened', endpoint, configuration, ...known, takeTurns } as const;
  if (endpoint.signature === undefined) return opened;
  const checked = await checkSignature(dependencies, request, sought.project, endpoint.signature);
  if (checked.outcome === 'valid') return { ...opened, signature: checked.signature };
  return refused(refuseSignature(request, checked.reason, checked.missingHeader), checked.reason);
}

/** The configuration of a project whose endpoints answer: an archived one has none. */
export async function readOpen(
  { readConfiguration }: Pick<OpeningDependencies, 'readConfiguration'>,
  project: string,
): Promise<Configuration | undefined> {
  const configuration = await readConfiguration(project);
  return configuration?.pointer.archivedAt === undefined ? configuration : undefined;
}

/** The answer to a signature that is not valid: it tells the log why, and the caller only which header is missing. */
export function refuseSignature(request: HttpRequest, reason: string, missingHeader?: string): HttpReply {
  request.note({ signature: reason });
  const expected = missingHeader === undefined ? '' : ` The header ${missingHeader} is missing.`;
  return refuse(401, `The signature is not valid.${expected}`);
}

type CheckedSignature =
  | { outcome: 'valid'; signature: AcceptedSignature }
  | { outcome: 'refused'; reason: string; missingHeader?: string };

async function checkSignature(
  { readSigningSecrets, apiOrigin, now }: OpeningDependencies,
  request: HttpRequest,
  project: string,
  signature: Signature,
): Promise<CheckedSignature> {
  const scheme = readScheme(signature);
  const secrets = await readSigningSecrets(project, [signature.secret].flat());
  if (secrets.outcome === 'none') return { outcome: 'refused', reason: secrets.reason };
  const { method, headers, body, path, rawQuery } = request;
  const url = `${apiOrigin}${path}${rawQuery === '' ? '' : `?${rawQuery}`}`;
  const verdict = verifySignature(scheme, { method, url, headers, body }, secrets.values, now());
  if (verdict.outcome === 'refused') return verdict;
  const { fingerprint, isTimed, id } = verdict;
  const signed = { fingerprint, isTimed, toleranceMs: toleranceMs(scheme) };
  return { outcome: 'valid', signature: id === undefined ? signed : { ...signed, signedId: `signed: ${id}` } };
}
