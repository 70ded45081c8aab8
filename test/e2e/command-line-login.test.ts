import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLineFolder, openCommandLineFolder } from './command-line.ts';

let folder: CommandLineFolder;
/** So that the stack in the folder is not found, and only the sign-in counts. */
const elsewhere = { cwd: '/' };

beforeAll(async () => {
  folder = await openCommandLineFolder();
});

afterAll(async () => await folder.remove());

/** A browser as far as signing in needs one: it keeps cookies, presses the only button, and goes where it is sent. */
async function signInWithBrowser(address: string): Promise<Response> {
  const cookies = new Map<string, string>();
  let [url, method] = [address, 'GET'];
  for (let turns = 0; turns < 20; turns += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { method, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null && !url.includes('/interaction/')) return response;
    [url, method] = location === null ? [url, 'POST'] : [new URL(location, url).href, 'GET'];
  }
  throw new Error('the sign-in goes in circles');
}

async function signIn(): Promise<void> {
  const { api } = folder.stack;
  const login = folder.begin(['login', '--no-browser', '--url', api], elsewhere);
  const [, address = ''] = await login.until('stderr', /^ {2}(http\S+)$/m);
  expect(await (await signInWithBrowser(address)).text()).toContain('You can close this page');
  expect(await login.ended).toMatchObject({
    exitCode: 0,
    stdout: `Signed in at ${api} as administrator@feedbridge.test.\n`,
  });
}

test('whoever signs in with a browser works with the commands that follow, until they sign out', async () => {
  await signIn();
  const { api } = folder.stack;
  const file = join(folder.path, 'config', 'feedbridge', 'logins.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse((await folder.run(['whoami', '--json'], elsewhere)).stdout)).toMatchObject({
    origin: api,
    email: 'administrator@feedbridge.test',
  });
  expect(await folder.run(['tickets'], elsewhere)).toMatchObject({ exitCode: 0 });
  expect(await folder.run(['logout'], elsewhere)).toMatchObject({ exitCode: 0, stdout: `Signed out at ${api}.\n` });
  expect(readFileSync(file, 'utf8')).not.toContain('token');
  expect(await folder.run(['tickets'], elsewhere)).toMatchObject({ exitCode: 6 });
});

test('a machine works with its client’s credentials, kept or only in its environment', async () => {
  const { api, oidc } = folder.stack;
  const env = { FEEDBRIDGE_URL: api, FEEDBRIDGE_CLIENT_SECRET: oidc.clientSecret };
  const reader = { ...env, FEEDBRIDGE_CLIENT_ID: oidc.clientId, FEEDBRIDGE_ROLE: 'observer' };
  expect(await folder.run(['tickets'], { ...elsewhere, env: reader })).toMatchObject({ exitCode: 0 });
  expect(await folder.run(['apply', '-'], { ...elsewhere, env: reader, stdin: 'project: {key: other}' })).toMatchObject(
    {
      exitCode: 6,
      stderr: expect.stringContaining('(403)'),
    },
  );
  const login = await folder.run(['login', '--client-id', oidc.clientId], { ...elsewhere, env });
  expect(login).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('feedbridge/administrator') });
  expect(await folder.run(['whoami'], elsewhere)).toMatchObject({ stdout: expect.stringContaining('administrator') });
  const wrong = { ...env, FEEDBRIDGE_CLIENT_SECRET: 'wrong' };
  const refused = await folder.run(['login', '--client-id', oidc.clientId], { ...elsewhere, env: wrong });
  expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('The sign-in was refused') });
  expect(JSON.stringify(refused)).not.toContain(oidc.clientSecret);
});

test('a sign-in that nobody completes ends by Ctrl-C', async () => {
  const login = folder.begin(['login', '--no-browser', '--url', folder.stack.api], elsewhere);
  await login.until('stderr', /^ {2}http/m);
  login.child.kill('SIGINT');
  expect(await login.ended).toMatchObject({ exitCode: 130, stdout: '', stderr: expect.stringMatching(/Stopped\.\n$/) });
});

test('an answer that did not begin here is refused', async () => {
  const login = folder.begin(['login', '--no-browser', '--url', folder.stack.api], elsewhere);
  const [, address = ''] = await login.until('stderr', /^ {2}(http\S+)$/m);
  const back = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
  back.search = new URLSearchParams({ code: 'forged', state: 'forged', iss: `${folder.stack.api}/oidc` }).toString();
  await fetch(back);
  expect((await login.ended).exitCode).not.toBe(0);
});
