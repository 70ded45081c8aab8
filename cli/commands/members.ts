import * as z from 'zod';
import { type Column, layOut, printable } from '../columns.ts';
import { Failure } from '../failure.ts';
import { readInput } from '../read-input.ts';
import type { Client } from '../server/client.ts';
import { projectPath, type Session } from '../session.ts';
import { cutForImport } from './csv-pieces.ts';
import { type AddCommand, limitOption, projectOption } from './options.ts';
import { listEntries } from './pages.ts';
import { Run, watchRun } from './watch-run.ts';

/** What an import takes at most (docs/http.md); one call takes one piece. */
const limits = { pieceBytes: 1024 * 1024, pieces: 20, lines: 50_000 };

const Member = z.looseObject({
  email: z.string(),
  name: z.string().optional(),
  role: z.string().optional(),
  teams: z.array(z.string()).default([]),
});

const columns: readonly Column<z.infer<typeof Member>>[] = [
  { heading: 'MEMBER', show: ({ email }) => email },
  { heading: 'NAME', show: ({ name = '' }) => name },
  { heading: 'ROLE', show: ({ role = '' }) => role },
  { heading: 'TEAMS', show: ({ teams }) => teams.join(', ') },
];

const Problems = z.array(z.looseObject({ message: z.string() }));
const DryRun = z.object({ dryRun: z.literal(true), lines: z.int(), bad: z.int(), errors: Problems });
const Answer = z.union([DryRun, Run]);

type ImportOptions = { dryRun?: boolean | undefined; skipBad?: boolean | undefined };

export const addMembers: AddCommand = (program, { begin }) => {
  const members = program.command('members').description('Lists members, and imports them from a file.');
  members
    .command('list', { isDefault: true })
    .description('Lists members, by address.')
    .addOption(projectOption())
    .option('--team <key>', 'only those of a team')
    .option('--role <role>', 'only those with a role')
    .addOption(limitOption())
    .action(async (options, command) => await list(begin(command), options));
  members
    .command('import')
    .description('Adds and changes members as a CSV file says; while a line is wrong, nothing is imported.')
    .argument(
      '<file>',
      'with the columns email, name, teams (a;b), role, and <group>.<field> of external data; - reads stdin',
    )
    .addOption(projectOption())
    .option('--dry-run', 'only say which lines are wrong')
    .option('--skip-bad', 'import the good lines although there are bad ones')
    .addHelpText(
      'after',
      `
A file may have 50,000 lines and 20 pieces of 1 MiB, in which it is sent.
Exit codes: 0 imported; 4 lines are wrong, each is named; 8 some could not be imported; 130 cancelled by Ctrl-C.

Examples:
  $ feedbridge members import people.csv --dry-run
  $ feedbridge members import people.csv`,
    )
    .action(async (file, options, command) => await importFile(begin(command), file, options));
};

async function list(
  { client, terminal, project }: Session,
  { team, role, limit }: { team?: string | undefined; role?: string | undefined; limit: number },
): Promise<void> {
  const found: z.infer<typeof Member>[] = [];
  const path = projectPath(await project(), 'members');
  for await (const member of listEntries(client, Member, { path, query: { team, role } }, limit)) {
    terminal.emit(member);
    found.push(member);
  }
  if (found.length === 0) terminal.say('There are no such members.');
  else for (const line of layOut(columns, found)) terminal.print(line);
}

async function importFile(session: Session, name: string, { dryRun, skipBad }: ImportOptions): Promise<void> {
  const { client, terminal } = session;
  const project = await session.project();
  const content = await readInput(name);
  const query = { dryRun: dryRun === true ? 'true' : undefined, skipBad: skipBad === true ? 'true' : undefined };
  const pieces = cutForImport(content, limits);
  const answer =
    pieces.length > 1
      ? await sendPieces(session, project, { pieces, query })
      : await client.read(Answer, {
          ...csv(content),
          method: 'POST',
          path: projectPath(project, 'members', 'import'),
          query,
        });
  if (!('state' in answer)) {
    terminal.emit(answer);
    for (const { message } of answer.errors) terminal.print(printable(message));
    terminal.print(`${answer.lines - answer.bad} of ${answer.lines} lines can be imported.`);
    if (answer.bad > 0) throw new Failure('refused', `${answer.bad} lines are wrong.`);
    return;
  }
  await watchRun(session, answer, { project, ask: async () => true });
}

/** Sends a file that is too large for one call, a piece after the other. */
async function sendPieces(
  { client, terminal }: Session,
  project: string,
  { pieces, query }: { pieces: readonly Uint8Array<ArrayBuffer>[]; query: Record<string, string | undefined> },
): Promise<z.infer<typeof Answer>> {
  const { id } = await openImport(client, project);
  for (const [place, piece] of pieces.entries()) {
    const number = place + 1;
    terminal.say(`Sending piece ${number} of ${pieces.length} …`);
    const path = projectPath(project, 'imports', id, 'pieces', String(number));
    await client.read(z.unknown(), { ...csv(piece), method: 'PUT', path });
  }
  return await client.read(Answer, { method: 'POST', path: projectPath(project, 'imports', id, 'start'), query });
}

async function openImport(client: Client, project: string): Promise<{ id: string }> {
  return await client.read(z.object({ id: z.string() }), { method: 'POST', path: projectPath(project, 'imports') });
}

function csv(raw: Uint8Array<ArrayBuffer>) {
  return { raw, headers: { 'content-type': 'text/csv' } };
}
