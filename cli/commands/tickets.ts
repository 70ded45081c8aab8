import { Option } from '@commander-js/extra-typings';
import { stringify } from 'yaml';
import * as z from 'zod';
import { type Column, layOut, printable, shorten } from '../columns.ts';
import { projectPath, type Session } from '../session.ts';
import { type AddCommand, collect, limitOption, projectOption, whereOption } from './options.ts';
import { listEntries } from './pages.ts';
import { commentOn, editTicket } from './ticket-edits.ts';

/** Characters of the first text of a ticket that a list shows. */
const summaryLength = 60;

const Ticket = z.looseObject({
  id: z.string(),
  feedbackType: z.string(),
  state: z.looseObject({ status: z.string(), team: z.string() }),
  submitter: z.string(),
  fields: z.record(z.string(), z.unknown()),
  createdAt: z.string(),
});
type Ticket = z.infer<typeof Ticket>;

const columns: readonly Column<Ticket>[] = [
  { heading: 'TICKET', show: ({ id }) => id },
  { heading: 'STATUS', show: ({ state }) => state.status },
  { heading: 'TEAM', show: ({ state }) => state.team },
  { heading: 'CREATED', show: ({ createdAt }) => createdAt },
  { heading: 'WHAT', show: ({ fields }) => shorten(firstText(fields), summaryLength) },
];

type ListOptions = {
  type?: string | undefined;
  filter?: string | undefined;
  where?: unknown;
  order: 'asc' | 'desc';
  limit: number;
};

export const addTickets: AddCommand = (program, { begin }) => {
  const tickets = program.command('tickets').description('Lists, shows, changes and comments on tickets.');
  tickets
    .command('list', { isDefault: true })
    .description('Lists tickets, the oldest first.')
    .addOption(projectOption())
    .option('-t, --type <key>', 'only those of a feedback type')
    .option('-f, --filter <key>', 'only what a saved filter finds')
    .addOption(whereOption())
    .addOption(
      new Option('--order <order>', 'oldest or newest first').choices(['asc', 'desc'] as const).default('asc' as const),
    )
    .addOption(limitOption())
    .addHelpText(
      'after',
      `
Examples:
  $ feedbridge tickets --type issues --order desc
  $ feedbridge tickets --where '{"field":"severity","op":"equals","value":"Critical"}'
  $ feedbridge tickets --limit 1000 --json | jq -r .id`,
    )
    .action(async (options, command) => await list(begin(command), options));
  tickets
    .command('show')
    .description('Shows one ticket.')
    .argument('<ticket>', 'its id, such as BUG-0001')
    .addOption(projectOption())
    .action(async (ticket, _, command) => await show(begin(command), ticket));
  tickets
    .command('set')
    .description('Changes the state, fields and external data of a ticket.')
    .argument('<ticket>', 'its id, such as BUG-0001')
    .addOption(projectOption())
    .option('--status <status>', 'the status to be in')
    .option('--workflow <key>', 'the workflow to be in')
    .option('--team <key>', 'the team that is responsible')
    .option('--field <name=text>', 'a field; name:=json for what is no text, name:=null takes it away', collect)
    .option('--external <group.field=text>', 'external data, likewise', collect)
    .addHelpText(
      'after',
      `
Exit codes: 0 changed; 4 refused, with every problem; 5 somebody changed it at the same moment.

Example:
  $ feedbridge tickets set BUG-0001 --status Open --field severity=High --field occurrences:=7`,
    )
    .action(async (ticket, options, command) => await editTicket(begin(command), ticket, options));
  tickets
    .command('comment')
    .description('Adds a comment to a ticket.')
    .argument('<ticket>', 'its id, such as BUG-0001')
    .argument('<text>', 'the comment; - reads stdin')
    .addOption(projectOption())
    .option('--public', 'for testers as well')
    .action(async (ticket, text, options, command) => {
      await commentOn(begin(command), ticket, { text, isPublic: options.public === true });
    });
};

async function list({ terminal, client, project }: Session, { limit, ...options }: ListOptions): Promise<void> {
  const { type, filter, where, order } = options;
  const query = { feedbackType: type, filter, where: where === undefined ? undefined : JSON.stringify(where), order };
  const path = projectPath(await project(), 'tickets');
  const tickets: Ticket[] = [];
  for await (const ticket of listEntries(client, Ticket, { path, query }, limit)) {
    terminal.emit(ticket);
    tickets.push(ticket);
  }
  if (tickets.length === 0) terminal.say('There are no such tickets.');
  else for (const line of layOut(columns, tickets)) terminal.print(line);
}

async function show({ terminal, client, project }: Session, id: string): Promise<void> {
  const ticket = await client.read(z.looseObject({}), { path: projectPath(await project(), 'tickets', id) });
  terminal.emit(ticket);
  for (const line of stringify(ticket, { lineWidth: 0 }).trimEnd().split('\n')) terminal.print(printable(line));
}

/** What a ticket is about, in a few words: projects name their fields as they like, and these are the usual names. */
function firstText(fields: Readonly<Record<string, unknown>>): string {
  const named = [fields.summary, fields.title, fields.subject, ...Object.values(fields)];
  return named.find((value) => typeof value === 'string') ?? '';
}
