import { setTimeout as wait } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import * as z from 'zod';
import { Failure, messageOf } from '../failure.ts';
import { reach } from './client.ts';
import { isLasting } from './keep-fresh.ts';
import { openLoopback } from './loopback.ts';
import { isLoopback } from './origin.ts';
import { readLogins, type SavedLogin, saveLogin } from './saved-logins.ts';

/** How long a browser is waited for. */
const patienceMs = 10 * 60_000;

/** What a server says of signing in (RFC 9728). */
const Metadata = z.object({ authorization_servers: z.array(z.url()).min(1), feedbridge_client_id: z.string() });

/** Signs a person in with their browser; `show` is given the address to open. */
export async function signInByBrowser(
  origin: string,
  { show, interrupted }: { show: (url: string) => void; interrupted: AbortSignal },
): Promise<SavedLogin> {
  const { issuer, clientId } = await findIssuer(origin, interrupted);
  const configuration = await discover(issuer, clientId, oidc.None());
  const loopback = await openLoopback();
  try {
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const offline = configuration.serverMetadata().scopes_supported?.includes('offline_access') ?? false;
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: loopback.redirectUri,
      // Cognito gives a refresh token without being asked, and refuses a scope that it does not know.
      scope: `openid email profile${offline ? ' offline_access' : ''}`,
      ...(offline ? { prompt: 'consent' } : {}),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    show(url.href);
    const back = await Promise.race([loopback.arrived, giveUp(interrupted)]);
    const tokens = await orFail(
      oidc.authorizationCodeGrant(configuration, back, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
      }),
    );
    return personOf({ issuer, clientId }, tokens);
  } finally {
    loopback.close();
  }
}

/** Signs a machine in by its client's credentials; the secret is in FEEDBRIDGE_CLIENT_SECRET. */
export async function signInAsMachine(
  origin: string,
  { clientId, interrupted }: { clientId: string; interrupted: AbortSignal },
): Promise<SavedLogin> {
  const { FEEDBRIDGE_CLIENT_SECRET: secret = '', FEEDBRIDGE_ROLE: role = 'administrator' } = process.env;
  if (secret === '') throw new Failure('misused', `The secret of ${clientId} is not in FEEDBRIDGE_CLIENT_SECRET.`);
  const { issuer } = await findIssuer(origin, interrupted);
  const configuration = await discover(issuer, clientId, oidc.ClientSecretBasic(secret));
  const tokens = await orFail(oidc.clientCredentialsGrant(configuration, { scope: `feedbridge/${role}` }));
  return { kind: 'machine', issuer, clientId, token: tokens.access_token, expiresAt: endOf(tokens.access_token) };
}

/** The sign-in that is kept for a server, if it is good for a while and not refused; else one with fresh tokens, which is kept. */
export async function freshen(origin: string, refused: string | undefined): Promise<SavedLogin> {
  const login = readLogins().servers[origin];
  if (login === undefined) throw ended(origin);
  if (isLasting(login) && login.token !== refused) return login;
  const { refreshToken, issuer, clientId } = login;
  if (refreshToken === undefined) throw ended(origin);
  const configuration = await discover(issuer, clientId, oidc.None());
  try {
    const tokens = await orFail(oidc.refreshTokenGrant(configuration, refreshToken));
    const fresh = { refreshToken, ...personOf({ issuer, clientId }, tokens) };
    saveLogin(origin, fresh, { current: false });
    return fresh;
  } catch (error) {
    // An issuer that was not reached has refused nothing.
    if (!(error instanceof Failure) || error.kind !== 'not-signed-in') throw error;
    // A command beside this one may have used the refresh token first, where each is good for once.
    const kept = readLogins().servers[origin];
    if (kept !== undefined && kept.token !== login.token) return kept;
    throw ended(origin);
  }
}

/** Has the issuer forget a sign-in, where it can; it ends by itself otherwise. */
export async function forgetAtIssuer({ issuer, clientId, refreshToken }: SavedLogin): Promise<void> {
  if (refreshToken === undefined) return;
  const configuration = await discover(issuer, clientId, oidc.None());
  if (configuration.serverMetadata().revocation_endpoint !== undefined)
    await oidc.tokenRevocation(configuration, refreshToken);
}

async function findIssuer(origin: string, signal: AbortSignal): Promise<{ issuer: string; clientId: string }> {
  const response = await reach(new URL('/.well-known/oauth-protected-resource', origin), {
    signal,
    redirect: 'manual',
  });
  const read = Metadata.safeParse(response.ok ? await response.json().catch(() => undefined) : undefined);
  const issuer = read.data?.authorization_servers[0];
  if (!read.success || issuer === undefined) {
    throw new Failure('refused', `${origin} does not say where to sign in: is it a Feedbridge?`);
  }
  if (isLoopback(issuer) && !isLoopback(origin))
    throw new Failure('refused', `${origin} leads to ${issuer} to sign in.`);
  return { issuer, clientId: read.data.feedbridge_client_id };
}

async function discover(issuer: string, clientId: string, auth: oidc.ClientAuth): Promise<oidc.Configuration> {
  const execute = isLoopback(issuer) ? [oidc.allowInsecureRequests] : [];
  return await orFail(oidc.discovery(new URL(issuer), clientId, undefined, auth, { execute }));
}

function personOf(place: { issuer: string; clientId: string }, tokens: oidc.TokenEndpointResponse): SavedLogin {
  const { id_token: token, refresh_token: refreshToken } = tokens;
  if (token === undefined) throw new Failure('refused', `${place.issuer} gave no ID token.`);
  return {
    kind: 'person',
    ...place,
    token,
    expiresAt: endOf(token),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

function endOf(token: string): number {
  return decodeJwt(token).exp ?? 0;
}

function ended(origin: string): Failure {
  return new Failure('not-signed-in', `The sign-in at ${origin} has ended.`, {
    lines: [`Sign in again: feedbridge login --url ${origin}`],
  });
}

async function giveUp(interrupted: AbortSignal): Promise<never> {
  await wait(patienceMs, undefined, { signal: interrupted, ref: false });
  throw new Failure('refused', `Nobody signed in within ${patienceMs / 60_000} minutes.`);
}

/** What the issuer refuses is no fault of ours: its reason is shown. */
async function orFail<Made>(making: Promise<Made>): Promise<Made> {
  try {
    return await making;
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError) {
      throw new Failure('not-signed-in', `The sign-in was refused: ${error.error_description ?? error.error}.`);
    }
    // How an issuer refuses a client's credentials that came in a header (RFC 6749, 5.2).
    if (error instanceof oidc.WWWAuthenticateChallengeError) {
      throw new Failure('not-signed-in', 'The sign-in was refused: the client is unknown, or its secret is not right.');
    }
    throw new Failure('unreachable', `The sign-in failed: ${messageOf(error)}.`);
  }
}
