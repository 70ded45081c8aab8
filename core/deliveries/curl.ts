import { type ShellPiece as Piece, quoteWord as quote } from '../shell-word.ts';
import type { TemplatePart } from '../templates/parts.ts';
import type { FrozenAuth, FrozenRequest } from './delivery.ts';

/** A request to be repeated by hand: its body is at hand, wherever it lies. */
export type CurlRequest = {
  request: FrozenRequest;
  body: readonly TemplatePart[] | undefined;
  webhookId: string;
  /** Whether it is a replay, which says so (docs/decisions/0018). */
  isReplay?: boolean;
};

/** Largest body that is an argument, in bytes: Linux takes 128 KB for one (MAX_ARG_STRLEN); larger ones come through a pipe. */
const maxArgumentBytes = 100_000;

/** How a secret's value is to be written in its variable, where it is not written as it stands. */
const encodings: Readonly<Record<string, string>> = {
  'url-component': 'percent-encoded',
  form: 'form-encoded',
  'json-string': 'escaped as in a JSON string',
};

/**
 * A command for a POSIX shell that sends a recorded request by hand. Secrets are variables that a person sets first;
 * comments say which, and what else differs from what the sender does.
 */
export function curlCommand({ request, body, webhookId, isReplay = false }: CurlRequest): string {
  const variables = nameVariables(request, body);
  const of = (parts: readonly TemplatePart[]): Piece[] =>
    parts.map((part) => ('text' in part ? part : { variable: variables.get(slotOf(part)) ?? '' }));
  const header = (name: string, value: readonly Piece[]): Piece[] =>
    // Without a value curl takes a header away, unless a semicolon ends it (curl's manual, --header).
    value.every((piece) => 'text' in piece && piece.text === '')
      ? [{ text: `${name};` }]
      : [{ text: `${name}: ` }, ...value];
  const headers = [
    ...request.headers.map(([name, parts]) => header(name, of(parts))),
    ...(request.auth === undefined ? [] : authHeaders(request.auth, of)),
    header('webhook-id', [{ text: webhookId }]),
    ...(isReplay ? [header('webhook-replay', [{ text: 'true' }])] : []),
  ];
  const bytes =
    body === undefined ? 0 : Buffer.byteLength(body.map((part) => ('text' in part ? part.text : '')).join(''));
  const isPiped = bytes > maxArgumentBytes;
  const lines = [
    `${isPiped ? '  | ' : ''}curl --include --globoff --request ${request.method} --max-time ${request.timeoutMs / 1_000}`,
    ...(request.auth?.kind === 'basic'
      ? [`--user ${quote([...of(request.auth.username), { text: ':' }, ...of(request.auth.password)])}`]
      : []),
    ...headers.map((words) => `--header ${quote(words)}`),
    '--header "webhook-timestamp: $(date +%s)"',
    ...(body === undefined ? [] : [isPiped ? '--data-binary @-' : `--data-raw ${quote(of(body))}`]),
    `--url ${quote(of(request.url))}`,
  ];
  const pipe = isPiped ? [`printf %s ${quote(of(body ?? []))} \\`] : [];
  return [...comments(request, variables), ...pipe, lines.join(' \\\n  ')].map((line) => `${line}\n`).join('');
}

function authHeaders(auth: FrozenAuth, of: (parts: readonly TemplatePart[]) => Piece[]): Piece[][] {
  switch (auth.kind) {
    case 'basic':
      return [];
    case 'bearer':
      return [[{ text: 'Authorization: Bearer ' }, ...of(auth.token)]];
    case 'header':
      return [[{ text: `${auth.name}: ` }, ...of(auth.value)]];
    case 'oauth2':
      return [[{ text: 'Authorization: Bearer ' }, { variable: 'ACCESS_TOKEN' }]];
  }
}

type SecretPart = Extract<TemplatePart, { secret: string }>;

/** A secret needs a variable for each way in which it is written. */
function slotOf({ secret, encoding }: SecretPart): string {
  return `${encodings[encoding] ?? ''} ${secret}`;
}

function listSecrets({ url, headers, auth }: FrozenRequest, body: readonly TemplatePart[] | undefined): SecretPart[] {
  const ofAuth =
    auth?.kind === 'basic'
      ? [...auth.username, ...auth.password]
      : auth?.kind === 'bearer'
        ? auth.token
        : auth?.kind === 'header'
          ? auth.value
          : [];
  const parts = [...url, ...headers.flatMap(([, value]) => value), ...ofAuth, ...(body ?? [])];
  return parts.filter((part) => 'secret' in part);
}

/** Names of variables by slot; names of secrets that differ in no letter or digit get a number. */
function nameVariables(request: FrozenRequest, body: readonly TemplatePart[] | undefined): Map<string, string> {
  const variables = new Map<string, string>();
  const taken = new Set<string>();
  for (const part of listSecrets(request, body)) {
    const slot = slotOf(part);
    if (variables.has(slot)) continue;
    const plain = `SECRET_${part.secret.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
    let name = plain;
    for (let count = 2; taken.has(name); count += 1) name = `${plain}_${count}`;
    taken.add(name);
    variables.set(slot, name);
  }
  return variables;
}

function comments(request: FrozenRequest, variables: ReadonlyMap<string, string>): string[] {
  const secrets = [...variables].map(([slot, variable]) => {
    const [encoding = '', secret = ''] = [slot.slice(0, slot.lastIndexOf(' ')), slot.slice(slot.lastIndexOf(' ') + 1)];
    return `#   ${variable}='…'   the value of the secret ${secret}${encoding === '' ? '' : `, ${encoding}`}`;
  });
  const token =
    request.auth?.kind === 'oauth2' ? ["#   ACCESS_TOKEN='…'   a token of the webhook's OAuth2 endpoint"] : [];
  const unset = [...secrets, ...token];
  return [
    ...(unset.length === 0 ? [] : ['# Secrets are not shown. Set these variables before you run it:', ...unset]),
    ...(request.sign === undefined ? [] : ['# The signature is left out: a receiver that checks it will refuse.']),
  ];
}
