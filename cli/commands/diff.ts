import { exitCodes } from '../failure.ts';
import type { Session } from '../session.ts';
import { findEtag, putDocument } from './document-calls.ts';
import { readDocumentFile } from './document-file.ts';
import { type AddCommand, projectOption } from './options.ts';
import { printChanges, sayRemarks } from './show-changes.ts';

type DiffOptions = { project?: string | undefined; force?: boolean | undefined };

export const addDiff: AddCommand = (program, { begin }) => {
  program
    .command('diff')
    .description('Says what applying a project document would change, and changes nothing.')
    .argument('<file>', 'the document, YAML or JSON; - reads stdin')
    .addOption(projectOption())
    .option('--force', 'show it even where applying needs --force')
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing to change; 3 it differs; 4 it would be refused, with every problem.

Examples:
  $ feedbridge diff examples/apollo.yaml
  $ feedbridge diff apollo.yaml || [ $? -eq 3 ]      (in CI: fails only where the document is refused)`,
    )
    .action(async (file, options, command) => await diff(begin(command), file, options));
};

async function diff(
  { terminal, client }: Session,
  name: string,
  { project, force = false }: DiffOptions,
): Promise<void> {
  const file = await readDocumentFile(name, project);
  const etag = await findEtag(client, file.project);
  const planned = await putDocument(client, file, { etag, dryRun: true, force });
  const differs = planned.changes.length > 0 || etag === undefined;
  printChanges(terminal, planned.changes);
  sayRemarks(terminal, planned);
  terminal.emit({ project: file.project, differs, ...planned });
  if (differs) process.exitCode = exitCodes.differs;
}
