import * as z from 'zod';
import { Failure } from '../failure.ts';
import { projectPath, type Session } from '../session.ts';
import { type AddCommand, projectOption, readCount } from './options.ts';
import { Run, watchRun } from './watch-run.ts';

type ReplayOptions = {
  outcome?: string | undefined;
  ticket?: string | undefined;
  member?: string | undefined;
  macro?: string | undefined;
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  perSecond?: number | undefined;
  yes?: boolean | undefined;
};

export const addReplay: AddCommand = (program, { begin }) => {
  program
    .command('replay')
    .description('Sends a delivery again, or all that fulfil conditions: the same requests, with the same webhook-id.')
    .argument('[delivery]', 'the id of one delivery')
    .addOption(projectOption())
    .option('--outcome <outcome>', 'all that came to this: delivered, failed or cancelled')
    .option('--ticket <id>', 'all of a ticket')
    .option('--member <email>', 'all of a member')
    .option('--macro <key>', 'all of a macro')
    .option('--action <key>', 'all of an action')
    .option('--from <instant>', 'created then or later')
    .option('--to <instant>', 'created then or earlier')
    .option('--per-second <number>', 'how many are released in each second; 10 unless given', readCount)
    .option('-y, --yes', 'start without asking, however many it is about')
    .addHelpText(
      'after',
      `
A receiver that does not know a webhook-id does again what the request asks: what creates something may create it twice.

Examples:
  $ feedbridge replay 01KA…
  $ feedbridge replay --outcome failed --from 2026-11-21T08:00:00Z --to 2026-11-21T09:30:00Z`,
    )
    .action(async (delivery, options, command) => {
      const session = begin(command);
      await (delivery === undefined ? replayMany(session, options) : replayOne(session, delivery, options));
    });
};

async function replayOne({ client, terminal, project }: Session, id: string, options: ReplayOptions): Promise<void> {
  const conditions = Object.keys(options).filter((name) => !['project', 'yes'].includes(name));
  if (conditions.length > 0) throw new Failure('misused', 'Name one delivery, or give conditions for many: not both.');
  const path = projectPath(await project(), 'deliveries', id, 'replay');
  const replay = await client.read(z.looseObject({ id: z.string() }), { method: 'POST', path });
  terminal.emit(replay);
  terminal.print(`It goes out again as ${replay.id}.`);
}

async function replayMany(session: Session, { yes, ...options }: ReplayOptions): Promise<void> {
  const { client, terminal } = session;
  const project = await session.project();
  const { outcome, ticket, member, macro, action, from, to, perSecond } = options;
  const conditions = { outcome, ticket, member, macro, action, from, to, perSecond };
  const path = projectPath(project, 'deliveries', 'replay');
  const begun = await client.read(Run, { method: 'POST', path, json: { ...conditions, confirm: true } });
  const ask = async ({ total }: Run) => yes === true || (await terminal.confirm(`Send ${total} again?`));
  await watchRun(session, begun, { project, ask });
}
