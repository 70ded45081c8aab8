import { decodeJwt } from 'jose';
import { Failure, messageOf } from '../failure.ts';
import { findDestination, findOrigin } from '../server/connect.ts';
import { readLogins, saveLogin, writeLogins } from '../server/saved-logins.ts';
import { Globals } from '../session.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import type { AddCommand } from './options.ts';

export const addLogin: AddCommand = (program, { interrupted }) => {
  program
    .command('login')
    .description('Signs in, with a browser or as a machine, for the commands that follow.')
    .option('--client-id <id>', "sign in as a machine; its client's secret is read from FEEDBRIDGE_CLIENT_SECRET")
    .option('--no-browser', 'only print the address to open')
    .addHelpText(
      'after',
      `
The sign-in is kept in a file of yours that nobody else may read. Where there is no browser, set FEEDBRIDGE_URL, FEEDBRIDGE_CLIENT_ID and
FEEDBRIDGE_CLIENT_SECRET instead (FEEDBRIDGE_ROLE, if the client may not be administrator): then nothing is kept.

Examples:
  $ feedbridge login --url https://feedback.example.com
  $ FEEDBRIDGE_CLIENT_SECRET=… feedbridge login --url https://feedback.example.com --client-id 4k2…`,
    )
    .action(async (options, command) => {
      const { url, json = false } = Globals.parse(command.optsWithGlobals());
      await login(openTerminal(json, interrupted), findOrigin(url), options);
    });
};

export const addWhoami: AddCommand = (program, { interrupted }) => {
  program
    .command('whoami')
    .description('Says which server commands go to, and as whom.')
    .action(async (_, command) => {
      const { url, json = false } = Globals.parse(command.optsWithGlobals());
      const { print, emit } = openTerminal(json, interrupted);
      const { origin, token, says } = findDestination(url);
      const { email, scope, groups, exp } = readClaims(await token({ signal: interrupted }));
      emit({ origin, by: says, email, scope, groups, expiresAt: toIso(exp) });
      print(`${email ?? scope ?? 'Somebody whose token does not say'} at ${origin}, by ${says}, until ${toIso(exp)}`);
    });
};

export const addLogout: AddCommand = (program, { interrupted }) => {
  program
    .command('logout')
    .description('Forgets the sign-in at a server, or at all with --all.')
    .option('--all', 'at every server')
    .action(async ({ all }, command) => {
      const { url, json = false } = Globals.parse(command.optsWithGlobals());
      await logout(openTerminal(json, interrupted), all === true ? undefined : findOrigin(url));
    });
};

async function login(
  terminal: Terminal,
  origin: string,
  { clientId, browser }: { clientId?: string | undefined; browser: boolean },
): Promise<void> {
  const { signInAsMachine, signInByBrowser } = await import('../server/sign-in.ts');
  const { interrupted } = terminal;
  const show = (url: string) => {
    terminal.say(`${browser ? 'Your browser opens' : 'Open'} this page to sign in at ${origin}:\n  ${url}`);
    if (browser) void openBrowser(terminal, url);
  };
  const made =
    clientId === undefined
      ? await signInByBrowser(origin, { show, interrupted })
      : await signInAsMachine(origin, { clientId, interrupted });
  saveLogin(origin, made, { current: true });
  const { email, scope } = readClaims(made.token);
  terminal.emit({ origin, email, scope, expiresAt: toIso(made.expiresAt) });
  terminal.print(`Signed in at ${origin} as ${email ?? scope ?? clientId}.`);
}

async function openBrowser({ say }: Terminal, url: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    (await open(url)).on('error', (error) => say(`No browser could be opened (${messageOf(error)}).`));
  } catch (error) {
    say(`No browser could be opened (${messageOf(error)}).`);
  }
}

async function logout({ print, emit, say }: Terminal, origin: string | undefined): Promise<void> {
  const { current, servers } = readLogins();
  const ending = Object.entries(servers).filter(([at]) => origin === undefined || at === origin);
  const left = Object.fromEntries(Object.entries(servers).filter(([at]) => origin !== undefined && at !== origin));
  writeLogins({ ...(current !== undefined && current in left ? { current } : {}), servers: left });
  const { forgetAtIssuer } = await import('../server/sign-in.ts');
  for (const [at, login] of ending) {
    await forgetAtIssuer(login).catch((error: unknown) => {
      say(`${at}: the issuer was not told (${messageOf(error)}); the sign-in ends by itself.`);
    });
  }
  const origins = ending.map(([at]) => at);
  emit({ signedOut: origins });
  print(origins.length === 0 ? 'Nobody was signed in there.' : `Signed out at ${origins.join(', ')}.`);
}

type Claims = { email?: string; scope?: string; groups?: unknown; exp: number };

/** What a token says of its bearer; the server alone can tell whether it is true. */
function readClaims(token: string): Claims {
  try {
    const { email, scope, groups, 'cognito:groups': cognito, exp = 0 } = decodeJwt(token);
    return {
      exp,
      groups: cognito ?? groups,
      ...(typeof email === 'string' ? { email } : {}),
      ...(typeof scope === 'string' ? { scope } : {}),
    };
  } catch {
    throw new Failure('not-signed-in', 'The token in use is no token of a sign-in.');
  }
}

function toIso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
