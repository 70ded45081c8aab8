import type { IncomingMessage, ServerResponse } from 'node:http';
import Provider, { type ClientMetadata, type Configuration, errors } from 'oidc-provider';
import { type SigningKey, signToken } from './oidc-keys.ts';
import { memoryAdapter } from './oidc-memory.ts';
import { issuerPath } from './place.ts';
import type { SignIn } from './sign-in.ts';

const resource = 'urn:feedbridge:api';
const hourSeconds = 3600;
const daySeconds = 86_400;

/** The one person who can sign in on this machine, as their token describes them. */
export const administrator = {
  sub: 'local-administrator',
  email: 'administrator@feedbridge.test',
  email_verified: true,
  name: 'Local administrator',
  groups: ['administrators'],
};

// Cognito spells the groups its own way and says which kind of token one is.
const idTokenClaims = { ...administrator, 'cognito:groups': administrator.groups, token_use: 'id' };

/** The embedded issuer. */
export type Issuer = {
  issuer: string;
  /** Answers a request below /oidc; false for any other path. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** A token of the administrator as signing in gives one, good for 24 hours. */
  administratorToken: (now: Date) => Promise<string>;
};

/** Makes the issuer for the clients of a template, at an origin without a path. */
export function createIssuer(origin: string, signIn: SignIn, clientSecret: string, key: SigningKey): Issuer {
  const issuer = `${origin}${issuerPath}`;
  const provider = new Provider(issuer, configuration(signIn, clientSecret, key));
  const callback = provider.callback();
  return {
    issuer,
    answer: (request, response) => {
      const url = request.url ?? '';
      if (!url.startsWith(`${issuerPath}/`)) return false;
      const interaction = /^\/oidc\/interaction\/[\w-]+$/.test(url.split('?')[0] ?? '');
      if (interaction) {
        interact(provider, request, response).catch((error: unknown) => {
          const expired = error instanceof errors.SessionNotFound;
          response.writeHead(expired ? 400 : 500, { 'content-type': 'text/plain' });
          response.end(expired ? 'This sign-in has expired; start again.' : 'The sign-in failed.');
        });
        return true;
      }
      // What Express does when it mounts an application; the provider builds its URLs from it.
      Object.assign(request, { originalUrl: url, baseUrl: issuerPath, url: url.slice(issuerPath.length) });
      void callback(request, response);
      return true;
    },
    administratorToken: (now) =>
      signToken(key, { ...idTokenClaims, iss: issuer, aud: signIn.people.clientId }, now, daySeconds),
  };
}

function configuration({ people, machine, scopes }: SignIn, clientSecret: string, key: SigningKey): Configuration {
  const clients: ClientMetadata[] = [
    {
      client_id: people.clientId,
      token_endpoint_auth_method: 'none',
      redirect_uris: people.callbackUrls,
      post_logout_redirect_uris: people.logoutUrls,
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
    },
    {
      client_id: machine.clientId,
      client_secret: clientSecret,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      scope: scopes.join(' '),
    },
  ];
  return {
    clients,
    scopes: ['openid', 'email', 'profile', 'offline_access', ...scopes],
    jwks: { keys: [key] },
    adapter: memoryAdapter,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...idTokenClaims, sub: id }) }),
    claims: { openid: Object.keys(idTokenClaims), email: ['email', 'email_verified'], profile: ['name'] },
    // People send ID tokens, so what is known of them belongs into the token and not only behind userinfo.
    conformIdTokenClaims: false,
    extraTokenClaims: () => ({ token_use: 'access' }),
    clientBasedCORS: () => true,
    cookies: { keys: [crypto.randomUUID()] },
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `${issuerPath}/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        // Without this an access token asked for with `openid` is opaque and for userinfo only.
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience: people.clientId,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    // Everyone who signs in here has agreed: there is no page that asks for consent.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId,
        accountId: oidc.session?.accountId,
      });
      grant.addOIDCScope('openid email profile offline_access');
      grant.addResourceScope(resource, scopes.join(' '));
      await grant.save();
      return grant;
    },
    // All of them, because the provider prints a notice for each that is left to it.
    ttl: {
      AccessToken: hourSeconds,
      AuthorizationCode: 60,
      ClientCredentials: hourSeconds,
      Grant: 14 * daySeconds,
      IdToken: hourSeconds,
      Interaction: hourSeconds,
      RefreshToken: 14 * daySeconds,
      Session: 14 * daySeconds,
    },
  };
}

async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, grantId } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(signInPage);
    return;
  }
  // Asked for consent explicitly, the provider comes back a second time and takes no sign-in for an answer.
  const answer =
    prompt.name === 'consent' && grantId !== undefined
      ? { consent: { grantId } }
      : { login: { accountId: administrator.sub } };
  await provider.interactionFinished(request, response, answer);
}

const signInPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Feedbridge</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 90vh; color: #16191f; }
  button { font: inherit; padding: .6em 1.2em; border: 0; border-radius: .4em; background: #0b5fd0; color: #fff; cursor: pointer; }
</style>
<form method="post">
  <h1>Feedbridge on this machine</h1>
  <p>There is one account, and it may do everything.</p>
  <button autofocus>Sign in as ${administrator.email}</button>
</form>
</html>
`;
