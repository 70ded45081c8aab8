import { stringify } from 'yaml';
import * as z from 'zod';
import { type Column, layOut, printable } from '../columns.ts';
import { Failure } from '../failure.ts';
import type { Session } from '../session.ts';
import { Activity, activityColumns } from './activity.ts';
import { addKeySettings, type KeySettings, readSettings } from './key-settings.ts';
import { type AddCommand, limitOption } from './options.ts';
import { listEntries } from './pages.ts';

const keysPath = '/admin/v1/api-keys';

const ApiKey = z.looseObject({
  prefix: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  lastUsedAt: z.string().optional(),
  validUntil: z.string().optional(),
});
const NewKey = ApiKey.extend({ key: z.string() });

const columns: readonly Column<z.infer<typeof ApiKey>>[] = [
  { heading: 'KEY', show: ({ prefix }) => prefix },
  { heading: 'NAME', show: ({ name }) => name },
  { heading: 'WORKS', show: ({ enabled }) => (enabled ? 'yes' : 'no') },
  { heading: 'UNTIL', show: ({ validUntil = '' }) => validUntil },
  { heading: 'LAST USED', show: ({ lastUsedAt = 'never' }) => lastUsedAt },
];

export const addKeys: AddCommand = (program, { begin }) => {
  const keys = program.command('keys').description('Lists, makes, changes, rotates and revokes API keys.');
  keys
    .command('list', { isDefault: true })
    .description('Lists all API keys.')
    .addOption(limitOption())
    .action(async ({ limit }, command) => await list(begin(command), limit));
  keys
    .command('show')
    .description('Shows one API key, never its secret.')
    .argument('<prefix>')
    .action(async (prefix, _, command) => {
      const session = begin(command);
      showKey(session, await session.client.read(ApiKey, { path: pathOf(prefix) }));
    });
  addKeySettings(keys.command('create'))
    .description('Makes an API key and prints it: the only time that it is shown.')
    .argument('<prefix>', 'what it is known by, such as mobile')
    .requiredOption('--name <name>', 'what people read')
    .addHelpText('after', '\nExample:\n  $ feedbridge keys create mobile --name "Mobile app" --max-per-minute 600')
    .action(async (prefix, options, command) => await create(begin(command), prefix, options));
  addKeySettings(keys.command('change'))
    .description('Changes where, how often and until when an API key works; "none" takes a setting away.')
    .argument('<prefix>')
    .option('--name <name>', 'what people read')
    .option('--enable', 'let it work again')
    .action(async (prefix, options, command) => await change(begin(command), prefix, options));
  keys
    .command('rotate')
    .description('Gives an API key a new secret and prints it: the only time that it is shown.')
    .argument('<prefix>')
    .option('--overlap <duration>', 'how long the old one still counts, such as 24h; 0m ends it at once')
    .action(async (prefix, { overlap }, command) => {
      const call = { method: 'POST', path: `${pathOf(prefix)}/rotate`, json: { overlap } } as const;
      await printSecret(begin(command), call);
    });
  keys
    .command('revoke')
    .description('Deletes an API key: within 10 seconds it opens nothing any more.')
    .argument('<prefix>')
    .option('-y, --yes', 'do not ask')
    .action(async (prefix, { yes }, command) => await revoke(begin(command), prefix, yes === true));
  keys
    .command('activity')
    .description('Lists what crossed with an API key, the newest first.')
    .argument('<prefix>')
    .option('--outcome <outcome>', 'only calls that came to this, such as refused')
    .addOption(limitOption())
    .action(async (prefix, options, command) => await listActivity(begin(command), prefix, options));
};

async function list({ client, terminal }: Session, limit: number): Promise<void> {
  const found: z.infer<typeof ApiKey>[] = [];
  for await (const key of listEntries(client, ApiKey, { path: keysPath }, limit)) {
    terminal.emit(key);
    found.push(key);
  }
  for (const line of layOut(columns, found)) terminal.print(line);
}

async function create(
  session: Session,
  prefix: string,
  { name, ...settings }: KeySettings & { name: string },
): Promise<void> {
  const json = { prefix, name, ...readSettings(settings) };
  await printSecret(session, { method: 'POST', path: keysPath, json });
}

async function change(
  session: Session,
  prefix: string,
  { name, enable, ...settings }: KeySettings & { name?: string | undefined; enable?: boolean | undefined },
): Promise<void> {
  const json = { name, ...(enable === true ? { enabled: true } : {}), ...readSettings(settings) };
  showKey(session, await session.client.read(ApiKey, { method: 'PATCH', path: pathOf(prefix), json }));
}

async function revoke({ client, terminal }: Session, prefix: string, yes: boolean): Promise<void> {
  const { name, lastUsedAt = 'never' } = await client.read(ApiKey, { path: pathOf(prefix) });
  if (!yes && !(await terminal.confirm(`Revoke ${prefix} (${printable(name)}; last used: ${lastUsedAt})?`))) {
    throw new Failure('declined', 'Nothing was revoked.');
  }
  await client.read(z.unknown(), { method: 'DELETE', path: pathOf(prefix) });
  terminal.emit({ prefix, revoked: true });
  terminal.print(`Revoked: within 10 seconds ${prefix} opens nothing any more.`);
}

async function listActivity(
  { client, terminal }: Session,
  prefix: string,
  { outcome, limit }: { outcome?: string | undefined; limit: number },
): Promise<void> {
  const found: Activity[] = [];
  const call = { path: `${pathOf(prefix)}/activity`, query: { outcome } };
  for await (const activity of listEntries(client, Activity, call, limit)) {
    terminal.emit(activity);
    found.push(activity);
  }
  if (found.length === 0) terminal.say('Nothing crossed with it.');
  else for (const line of layOut(activityColumns, found)) terminal.print(line);
}

/** The key alone goes to stdout, so that it can be piped into where it is kept. */
async function printSecret({ client, terminal }: Session, call: Parameters<typeof client.read>[1]): Promise<void> {
  const made = await client.read(NewKey, call);
  terminal.emit(made);
  terminal.print(made.key);
  terminal.say('Keep it now: it is shown this once.');
}

function showKey({ terminal }: Session, key: z.infer<typeof ApiKey>): void {
  terminal.emit(key);
  for (const line of stringify(key).trimEnd().split('\n')) terminal.print(printable(line));
}

function pathOf(prefix: string): string {
  return `${keysPath}/${encodeURIComponent(prefix)}`;
}
