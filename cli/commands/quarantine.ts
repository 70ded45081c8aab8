import { stringify } from 'yaml';
import * as z from 'zod';
import { type Column, layOut, printable, shorten } from '../columns.ts';
import { projectPath, type Session } from '../session.ts';
import { type AddCommand, limitOption, projectOption } from './options.ts';
import { listEntries } from './pages.ts';
import { Run, watchRun } from './watch-run.ts';

const Submission = z.looseObject({
  id: z.string(),
  source: z.string(),
  state: z.string(),
  submittedAt: z.string(),
  description: z.string().optional(),
});

const columns: readonly Column<z.infer<typeof Submission>>[] = [
  { heading: 'SUBMISSION', show: ({ id }) => id },
  { heading: 'SOURCE', show: ({ source }) => source },
  { heading: 'STATE', show: ({ state }) => state },
  { heading: 'SUBMITTED', show: ({ submittedAt }) => submittedAt },
  { heading: 'WHY', show: ({ description = '' }) => shorten(description, 60) },
];

const Problems = z.looseObject({ parameter: z.string().optional(), message: z.string() });
const Check = z.looseObject({
  checked: z.int(),
  wouldPass: z.int(),
  wouldFail: z.int(),
  examples: z.array(z.looseObject({ id: z.string(), description: z.string(), errors: z.array(Problems).optional() })),
  more: z.boolean(),
});

export const addQuarantine: AddCommand = (program, { begin }) => {
  const quarantine = program
    .command('quarantine')
    .description('Lists rejected reports that were kept, and takes them after all.');
  quarantine
    .command('list', { isDefault: true })
    .description('Lists what sources rejected and keep, the newest first.')
    .addOption(projectOption())
    .option('--source <key>', 'only what one source rejected')
    .option('--state <state>', 'only those in this state, such as waiting')
    .addOption(limitOption())
    .action(async (options, command) => await list(begin(command), options));
  quarantine
    .command('show')
    .description('Shows one with its body and what was wrong.')
    .argument('<submission>', 'its id')
    .addOption(projectOption())
    .action(async (id, _, command) => {
      const { client, terminal, project } = begin(command);
      const found = await client.read(z.looseObject({}), { path: projectPath(await project(), 'quarantine', id) });
      terminal.emit(found);
      for (const line of stringify(found, { lineWidth: 0 }).trimEnd().split('\n')) terminal.print(printable(line));
    });
  quarantine
    .command('replay')
    .description('Takes those that wait as their sources take a fresh report today: all of them, or the named ones.')
    .argument('[submissions...]', 'ids')
    .addOption(projectOption())
    .option('--source <key>', 'only what one source rejected')
    .option('--dry-run', 'only say how many would be taken')
    .option('-y, --yes', 'start without asking, however many it is about')
    .addHelpText(
      'after',
      `
Examples:
  $ feedbridge quarantine replay --dry-run
  $ feedbridge quarantine replay --source appcrashlog --yes`,
    )
    .action(async (ids, options, command) => await replay(begin(command), ids, options));
};

async function list(
  { client, terminal, project }: Session,
  { source, state, limit }: { source?: string | undefined; state?: string | undefined; limit: number },
): Promise<void> {
  const found: z.infer<typeof Submission>[] = [];
  const path = projectPath(await project(), 'quarantine');
  for await (const submission of listEntries(client, Submission, { path, query: { source, state } }, limit)) {
    terminal.emit(submission);
    found.push(submission);
  }
  if (found.length === 0) terminal.say('There is nothing in quarantine.');
  else for (const line of layOut(columns, found)) terminal.print(line);
}

type ReplayOptions = { source?: string | undefined; dryRun?: boolean | undefined; yes?: boolean | undefined };

async function replay(
  session: Session,
  ids: string[],
  { source, dryRun = false, yes = false }: ReplayOptions,
): Promise<void> {
  const { client, terminal } = session;
  const project = await session.project();
  const chosen = { ...(ids.length === 0 ? {} : { ids }), source };
  const call = { method: 'POST', path: projectPath(project, 'quarantine', 'replay') } as const;
  if (dryRun) {
    const check = await client.read(Check, { ...call, json: { ...chosen, dryRun } });
    terminal.emit(check);
    for (const { id, description, errors = [] } of check.examples) {
      terminal.print(printable(`${id}: ${description}`));
      for (const { parameter, message } of errors) terminal.print(printable(`  ${parameter ?? ''}: ${message}`));
    }
    const more = check.more ? ', and there are more than were looked at' : '';
    terminal.print(`${check.wouldPass} of ${check.checked} would be taken, ${check.wouldFail} refused again${more}.`);
    return;
  }
  const begun = await client.read(Run, { ...call, json: { ...chosen, confirm: true } });
  const ask = async ({ total }: Run) => yes || (await terminal.confirm(`Take ${total} after all?`));
  await watchRun(session, begun, { project, ask });
}
