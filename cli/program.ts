import { readFileSync } from 'node:fs';
import { Command, Option } from '@commander-js/extra-typings';
import * as z from 'zod';
import { addApply } from './commands/apply.ts';
import { addDiff } from './commands/diff.ts';
import { addKeys } from './commands/keys.ts';
import { addLogin, addLogout, addWhoami } from './commands/login.ts';
import { addMembers } from './commands/members.ts';
import type { AddCommand } from './commands/options.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addReplay } from './commands/replay.ts';
import { addRun, addRuns } from './commands/run.ts';
import { addTail } from './commands/tail.ts';
import { addTickets } from './commands/tickets.ts';
import { addUpload } from './commands/upload.ts';
import { openWorkplace } from './session.ts';

const commands: readonly AddCommand[] = [
  addApply,
  addDiff,
  addTickets,
  addRun,
  addRuns,
  addUpload,
  addReplay,
  addQuarantine,
  addMembers,
  addTail,
  addKeys,
  addLogin,
  addLogout,
  addWhoami,
];

/** Makes the whole command line. */
export function createProgram(interrupted: AbortSignal): Command {
  const program = new Command('feedbridge');
  program
    // Ends are main.ts's business; commands that are added later take this over.
    .exitOverride()
    .description('Applies project documents, works on tickets, keys, macros and deliveries of a Feedbridge.')
    .version(readVersion(), '-V, --version')
    .addOption(new Option('--url <url>', 'the server, such as https://feedback.example.com (FEEDBRIDGE_URL)'))
    .addOption(new Option('--json', 'print JSON on stdout and nothing else there; lists one object a line'))
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText(
      'after',
      `
Beside a running \`npm start\` nothing needs to be set up: try \`feedbridge tickets\`. Elsewhere, sign in with \`feedbridge login --url URL\`.
Exit codes: 0 done, 3 differs, 4 refused, 5 lost the race, 6 not signed in or not allowed, 7 cannot be reached; docs/command-line.md has all.`,
    );
  const workplace = openWorkplace(interrupted);
  for (const add of commands) add(program, workplace);
  return program;
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
