import { findMembers } from '../../adapters/dynamodb/members.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { decideSubmitter, submitterCandidates } from '../../core/sources/read-report.ts';
import { CreatedTicket } from '../../core/tickets/ticket.ts';
import { findGroup, type StoredReport, storeReport } from './group-report.ts';
import { findRemembered } from './store-ticket.ts';
import type { Members, ReportTaking, Submission } from './submission.ts';

/** Most bytes that a ticket's fields may have: an item of the table ends at 400 KB (docs/architecture.md). */
const maxFieldBytes = 340_000;

/** What became of a report. */
export type TakenReport =
  | StoredReport
  | { outcome: 'rejected'; errors: ParameterError[] }
  | { outcome: 'too-large'; bytes: number }
  /** A dry run, of one that would have been taken, and counted on the ticket where there is one. */
  | { outcome: 'acceptable'; ticket?: CreatedTicket };

/** How a report is to be taken; what `prepare` does must be done before a ticket is there. */
type ReportOptions = { dryRun: boolean; prepare?: () => Promise<unknown> };

/** Checks a report that was read and has it stored with all that follows from it, whoever brings it. */
export async function takeReport(
  dependencies: ReportTaking,
  given: Submission,
  { dryRun, prepare }: ReportOptions,
): Promise<TakenReport> {
  const submission = dryRun ? { ...given, givenKey: undefined } : given;
  const { reading } = submission;
  const [remembered, members] = await Promise.all([
    findRemembered(dependencies, submission),
    findDecidingMembers(dependencies, submission),
    prepare?.(),
  ]);
  if (remembered !== undefined) return { outcome: 'replayed', remembered };
  const errors = [...reading.errors, ...unknownSubmitter(submission, members)];
  if (errors.length > 0) return { outcome: 'rejected', errors };
  const bytes = Buffer.byteLength(JSON.stringify(reading.fields));
  if (bytes > maxFieldBytes) return { outcome: 'too-large', bytes };
  if (!dryRun) return await storeReport(dependencies, submission, members);
  const { ticket } = await findGroup(dependencies, submission);
  return { outcome: 'acceptable', ...(ticket === undefined ? {} : { ticket: CreatedTicket.parse(ticket) }) };
}

/** Reads the members where they decide whether the report is accepted, so that all problems are named at once. */
async function findDecidingMembers(
  { table }: ReportTaking,
  { source, project, reading }: Submission,
): Promise<Members | undefined> {
  if (source.defaultSubmitter !== undefined || reading.givenSubmitter === undefined) return undefined;
  return await findMembers(table, project, submitterCandidates(source, reading.givenSubmitter));
}

function unknownSubmitter({ source, reading }: Submission, members: Members | undefined): ParameterError[] {
  if (members === undefined) return [];
  const submitter = decideSubmitter(source, reading.givenSubmitter, (email) => members.has(email));
  return submitter.outcome === 'unknown-submitter' ? [submitter.error] : [];
}

/** Says of a report whose fields no item could hold how large it is. */
export function describeSize({ bytes }: { bytes: number }): string {
  const fault = `The fields of one ticket may have ${maxFieldBytes} bytes in all, and these have ${bytes}.`;
  return `${fault} Send what is longer as an attachment.`;
}
