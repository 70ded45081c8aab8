import { Failure } from '../failure.ts';
import { type Client, openClient } from './client.ts';
import { keepFresh, type TakeToken } from './keep-fresh.ts';
import { findLocalStack, type LocalStack } from './local-stack.ts';
import { readOrigin } from './origin.ts';
import { readLogins } from './saved-logins.ts';

/** Where a command is to go, and how that was found out. */
export type Destination = { origin: string; token: TakeToken; says: string };

/**
 * Finds out where a command goes and as whom: `--url` or FEEDBRIDGE_URL, else the stack that runs in this folder, else where
 * was signed in last; with FEEDBRIDGE_TOKEN, a machine's client, the saved sign-in or the local administrator's token.
 */
export function findDestination(url: string | undefined): Destination {
  const { env } = process;
  const given = url ?? filled(env.FEEDBRIDGE_URL);
  const local = findLocalStack(process.cwd());
  if (given === undefined && local !== undefined) {
    return { origin: readOrigin(local.api), token: takeLocal(local), says: 'the stack of this folder' };
  }
  const logins = readLogins();
  const address = given ?? logins.current;
  if (address === undefined) {
    throw new Failure('not-signed-in', 'No server is known.', {
      lines: [
        'Start one in this folder with `npm start`, sign in with `feedbridge login --url URL`, or set FEEDBRIDGE_URL.',
      ],
    });
  }
  const origin = readOrigin(address);
  const token = filled(env.FEEDBRIDGE_TOKEN);
  if (token !== undefined) return { origin, token: async () => token, says: 'the token in FEEDBRIDGE_TOKEN' };
  const clientId = filled(env.FEEDBRIDGE_CLIENT_ID);
  if (clientId !== undefined) {
    const token = keepFresh(async ({ signal }) => {
      return await (await import('./sign-in.ts')).signInAsMachine(origin, { clientId, interrupted: signal });
    });
    return { origin, token, says: 'the client in FEEDBRIDGE_CLIENT_ID' };
  }
  if (logins.servers[origin] !== undefined) {
    const token = keepFresh(async ({ refused }) => (await import('./sign-in.ts')).freshen(origin, refused));
    return { origin, token, says: 'the sign-in that was saved' };
  }
  if (local !== undefined && readOrigin(local.api) === origin) {
    return { origin, token: takeLocal(local), says: 'the stack of this folder' };
  }
  throw new Failure('not-signed-in', `Nobody is signed in at ${origin}.`, {
    lines: [`Sign in with \`feedbridge login --url ${origin}\`, or set FEEDBRIDGE_TOKEN.`],
  });
}

/** A client for where the command goes. */
export function connect(url: string | undefined, interrupted: AbortSignal): Client {
  const { origin, token } = findDestination(url);
  return openClient(origin, token, interrupted);
}

/** The server that is meant, whoever calls it: named, the stack of this folder, or the one of the last sign-in. */
export function findOrigin(url: string | undefined): string {
  const address = url ?? process.env.FEEDBRIDGE_URL ?? findLocalStack(process.cwd())?.api ?? readLogins().current;
  if (address === undefined || address === '')
    throw new Failure('misused', 'Say where the server is, with --url https://… or FEEDBRIDGE_URL.');
  return readOrigin(address);
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

/** The local administrator's token; a stack that was begun anew has written another one. */
function takeLocal(local: LocalStack): TakeToken {
  let { token } = local;
  return async ({ refused }) => {
    const now = refused === token ? findLocalStack(process.cwd()) : undefined;
    if (now?.api === local.api) token = now.token;
    return token;
  };
}
