import { Failure } from '../failure.ts';
import type { Session } from '../session.ts';
import { findAppliedSince, findEtag, putDocument } from './document-calls.ts';
import { readDocumentFile } from './document-file.ts';
import { type AddCommand, projectOption } from './options.ts';
import { printChanges, sayRemarks } from './show-changes.ts';

type ApplyOptions = { project?: string | undefined; force?: boolean | undefined };

export const addApply: AddCommand = (program, { begin }) => {
  program
    .command('apply')
    .description('Applies a project document as a whole, or nothing of it, and says what changed.')
    .argument('<file>', 'the document, YAML or JSON; - reads stdin')
    .addOption(projectOption())
    .option('--force', 'apply it even though it removes what tickets still hold')
    .addHelpText(
      'after',
      `
Exit codes: 0 applied, or nothing to change; 4 refused, with every problem; 5 somebody applied another version meanwhile.

Examples:
  $ feedbridge apply examples/apollo.yaml
  $ feedbridge apply apollo.json --json | jq .version`,
    )
    .action(async (file, options, command) => await apply(begin(command), file, options));
};

async function apply(
  { terminal, client }: Session,
  name: string,
  { project, force = false }: ApplyOptions,
): Promise<void> {
  const file = await readDocumentFile(name, project);
  terminal.say(`Checking ${file.name} against ${file.project} at ${client.origin} …`);
  // Whatever happens to the document from here on, the server finds this tag outdated.
  const etag = await findEtag(client, file.project);
  const faster = etag === undefined ? undefined : await findAppliedSince(client, file.project, performance.timeOrigin);
  if (faster !== undefined) throw lostRace(sayFaster(faster));
  const planned = await putDocument(client, file, { etag, dryRun: true, force });
  if (planned.changes.length === 0 && etag !== undefined) {
    sayRemarks(terminal, planned);
    terminal.print('Nothing to change.');
    terminal.emit({ project: file.project, applied: false, ...planned });
    return;
  }
  terminal.say(`Applying ${planned.changes.length} ${planned.changes.length === 1 ? 'change' : 'changes'} …`);
  const applied = await putDocument(client, file, { etag, dryRun: false, force }).catch(explainLostRace);
  printChanges(terminal, applied.changes);
  sayRemarks(terminal, applied);
  terminal.print(`Applied as version ${applied.version} of ${file.project}.`);
  terminal.emit({ project: file.project, applied: true, ...applied });
}

function explainLostRace(error: unknown): never {
  if (!(error instanceof Failure) || error.kind !== 'lost-the-race') throw error;
  throw lostRace(error.message, error.json);
}

function sayFaster({ version, at, by }: { version: number; at: string; by: string }): string {
  return `Version ${version} was applied by ${by} at ${at}, after this command began.`;
}

function lostRace(why: string, json: Failure['json'] = { status: 412, description: why }): Failure {
  const message = 'Somebody else applied another version in the meantime; nothing of yours was applied.';
  return new Failure('lost-the-race', message, {
    lines: [why, 'See what `feedbridge diff` says now, and apply again.'],
    json,
  });
}
