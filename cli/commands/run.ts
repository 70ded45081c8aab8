import { projectPath, type Session } from '../session.ts';
import { type AddCommand, collect, projectOption, whereOption } from './options.ts';
import { askRun, Run, watchRun } from './watch-run.ts';

type RunOptions = {
  filter?: string | undefined;
  where?: unknown;
  ticket?: string[] | undefined;
  member?: string[] | undefined;
  yes?: boolean | undefined;
};

export const addRun: AddCommand = (program, { begin }) => {
  program
    .command('run')
    .description('Runs a macro over tickets or members: named ones, or those that a filter finds.')
    .argument('<macro>', 'its key')
    .addOption(projectOption())
    .option('-f, --filter <key>', 'over all that a saved filter finds')
    .addOption(whereOption())
    .option('--ticket <id>', 'over this ticket; may be repeated', collect)
    .option('--member <email>', 'over this member; may be repeated', collect)
    .option('-y, --yes', 'start without asking, however many it is about')
    .addHelpText(
      'after',
      `
What a filter finds is counted first, and nothing begins until you agree. Ctrl-C cancels the run: what is being worked is finished,
no more is begun, and \`feedbridge runs resume\` goes on with it.
Exit codes: 0 done, or nothing found; 8 some failed, with their reasons; 9 not agreed to; 130 cancelled.

Examples:
  $ feedbridge run send-to-jira --ticket BUG-0001
  $ feedbridge run send-to-jira --filter critical
  $ feedbridge run close --where '{"field":"createdAt","op":"olderThan","value":"90d"}' --yes --json`,
    )
    .action(async (macro, options, command) => await run(begin(command), macro, options));
};

export const addRuns: AddCommand = (program, { begin }) => {
  const runs = program.command('runs').description('Shows a run, and cancels, resumes or retries it.');
  runs
    .command('show')
    .description('Shows how far a run has come.')
    .argument('<run>', 'its id')
    .addOption(projectOption())
    .action(async (id, _, command) => {
      const { client, terminal, project } = begin(command);
      const found = await client.read(Run, { path: projectPath(await project(), 'runs', id) });
      terminal.emit(found);
      const { state, done, failed, skipped, total } = found;
      terminal.print(`${state}: ${done} done, ${failed} failed, ${skipped} skipped, of ${total}.`);
    });
  for (const [what, description] of [
    ['cancel', 'Cancels a run; what is being worked is finished.'],
    ['resume', 'Goes on with a run that was cancelled.'],
    ['retry', 'Works the failed targets of a run again.'],
  ] as const) {
    runs
      .command(what)
      .description(description)
      .argument('<run>', 'its id')
      .addOption(projectOption())
      .action(async (id, _, command) => {
        const session = begin(command);
        const project = await session.project();
        await watchRun(session, await askRun(session, project, id, what), { project, ask: async () => true });
      });
  }
};

async function run(session: Session, macro: string, { filter, where, ticket, member, yes }: RunOptions): Promise<void> {
  const { client, terminal } = session;
  const project = await session.project();
  const isNamed = ticket !== undefined || member !== undefined;
  const chosen = { tickets: ticket, members: member, filter, where };
  const begun = await client.read(Run, {
    method: 'POST',
    path: projectPath(project, 'macros', macro, 'runs'),
    json: { ...chosen, ...(isNamed || yes === true ? {} : { confirm: true }) },
  });
  const ask = async ({ total }: Run) => yes === true || (await terminal.confirm(`Run ${macro} over ${total}?`));
  await watchRun(session, begun, { project, ask });
}
