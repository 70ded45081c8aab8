import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginCommand } from './command-line.ts';
import { temporaryFolder } from './running-stack.ts';
import { openStubServer, type StubCall, type StubServer } from './stub-server.ts';

/** Seconds that a token is good for: well, and so briefly that the command line replaces it before it is used. */
const [anHour, aMoment] = [3_600, 30];
const run = { id: 'R1', total: 4, failed: 0, skipped: 0 };

let folder: ReturnType<typeof temporaryFolder>;
let server: StubServer;
/** What a sign-in is good for, in seconds. */
let seconds = anHour;
/** Tokens that were given, the newest last. */
let given: string[] = [];
/** The grants that were asked for. */
let grants: string[] = [];
/** How far the run is; tokens from before `endAt` is reached are not taken any more from then on. */
let looks = 0;
let endAt = Number.POSITIVE_INFINITY;
let taken: (token: string) => boolean = () => true;
let state = 'running';

beforeEach(async () => {
  folder = temporaryFolder();
  [seconds, given, grants, looks, endAt, state] = [anHour, [], [], 0, Number.POSITIVE_INFINITY, 'running'];
  taken = () => true;
  server = await openStubServer((call, origin) => answerIssuer(call, origin) ?? answerApi(call));
});

afterEach(async () => {
  await server.close();
  folder.remove();
});

function answerIssuer({ path, form }: StubCall, origin: string) {
  const issuer = `${origin}/oidc`;
  if (path === '/.well-known/oauth-protected-resource') {
    return { json: { authorization_servers: [issuer], feedbridge_client_id: 'people' } };
  }
  if (path === '/oidc/.well-known/openid-configuration') {
    return { json: { issuer, token_endpoint: `${issuer}/token`, id_token_signing_alg_values_supported: ['RS256'] } };
  }
  if (path !== '/oidc/token') return undefined;
  grants.push(form.get('grant_type') ?? '');
  const token = makeToken(issuer, given.length);
  given.push(token);
  const isPerson = form.has('refresh_token');
  const tokens = isPerson ? { id_token: token, refresh_token: `refresh-${given.length}` } : {};
  return { json: { access_token: token, token_type: 'bearer', expires_in: seconds, ...tokens } };
}

/** Nobody here looks at the signature. */
function makeToken(issuer: string, number: number): string {
  const claims = { iss: issuer, aud: 'people', sub: 'ada', email: 'ada@example.com', number };
  const [, payload] = new UnsecuredJWT(claims).setIssuedAt().setExpirationTime(`${seconds} s`).encode().split('.');
  return `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${payload}.c2lnbmF0dXJl`;
}

function answerApi({ method, path, bearer }: StubCall) {
  if (!taken(bearer)) return { status: 401, json: { message: 'Unauthorized' } };
  if (method === 'POST') {
    state = path.endsWith('cancel') ? 'cancelled' : 'running';
  } else {
    looks += 1;
    if (looks === endAt) {
      const ended = new Set(given);
      taken = (token) => !ended.has(token) && token !== 'first';
    }
    if (looks >= 4) state = 'done';
  }
  return { json: { ...run, state, done: Math.min(looks, 4) } };
}

function machine() {
  return { FEEDBRIDGE_URL: server.origin, FEEDBRIDGE_CLIENT_ID: 'ci', FEEDBRIDGE_CLIENT_SECRET: 'secret' };
}

const args = ['runs', 'resume', 'R1', '-p', 'apollo'];

test('a machine signs in again before its token ends, and once is enough while it lasts', async () => {
  expect(await beginCommand(folder.path, args, { env: machine() }).ended).toMatchObject({ exitCode: 0 });
  expect(grants).toEqual(['client_credentials']);
  [seconds, looks] = [aMoment, 0];
  expect(await beginCommand(folder.path, args, { env: machine() }).ended).toMatchObject({ exitCode: 0 });
  expect(grants.length).toBeGreaterThan(4);
});

test('a token that the server takes no more is replaced once, and what was asked is done', async () => {
  endAt = 2;
  expect(await beginCommand(folder.path, args, { env: machine() }).ended).toMatchObject({ exitCode: 0 });
  expect(grants).toHaveLength(2);
  taken = () => false;
  const refused = await beginCommand(folder.path, args, { env: machine() }).ended;
  expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('(401)') });
  expect(grants).toHaveLength(4);
});

test('Ctrl-C cancels a run also after the token with which it began has ended', async () => {
  seconds = aMoment;
  looks = -1_000;
  const running = beginCommand(folder.path, args, { env: machine() });
  await expect.poll(() => looks, { timeout: 20_000 }).toBeGreaterThan(-999);
  const ended = new Set(given);
  taken = (token) => !ended.has(token);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('Go on with') });
  expect(state).toBe('cancelled');
});

test('a person’s sign-in is renewed while a command goes on, and kept for the next one', async () => {
  const issuer = `${server.origin}/oidc`;
  const login = { kind: 'person', issuer, clientId: 'people', token: 'first', refreshToken: 'refresh-0' };
  const expiresAt = Math.floor(Date.now() / 1_000) + anHour;
  mkdirSync(join(folder.path, 'config', 'feedbridge'), { recursive: true });
  const file = join(folder.path, 'config', 'feedbridge', 'logins.json');
  writeFileSync(
    file,
    JSON.stringify({ current: server.origin, servers: { [server.origin]: { ...login, expiresAt } } }),
  );
  endAt = 2;
  expect(await beginCommand(folder.path, args).ended).toMatchObject({ exitCode: 0 });
  expect(grants).toEqual(['refresh_token']);
  const { servers } = JSON.parse(readFileSync(file, 'utf8'));
  expect(servers[server.origin]).toMatchObject({ token: given.at(-1), refreshToken: 'refresh-1' });
});
