import { findMembers } from '../../adapters/dynamodb/members.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { decideSubmitter, readReport, submitterCandidates } from '../../core/sources/read-report.ts';
import { type HttpReply, type HttpRequest, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { answerCreated, answerReplayed, listUploads } from './answer-created.ts';
import { findRemembered, storeTicket } from './store-ticket.ts';
import type { Members, ReceiveDependencies, ReportEndpoint, Submission } from './submission.ts';

/** Most bytes that a ticket's fields may have: an item of the table ends at 400 KB (docs/architecture.md). */
const maxFieldBytes = 340_000;

/** A report that was read as JSON, and how it is to be taken. */
export type ReadReport = {
  object: Readonly<Record<string, unknown>>;
  bodyHash: string;
  dryRun: boolean;
  givenKey: string | undefined;
};

/** Checks a report and has it stored, and answers as its sender is answered. */
export async function answerReport(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: ReportEndpoint,
  { object, bodyHash, dryRun, givenKey }: ReadReport,
): Promise<HttpReply> {
  const { source, feedbackType } = endpoint;
  const reading = readReport(source, feedbackType, object);
  const submission: Submission = {
    ...endpoint,
    ...{ request, reading, bodyHash },
    givenKey: dryRun ? undefined : givenKey,
  };
  const [remembered, members] = await Promise.all([
    findRemembered(dependencies, submission),
    findDecidingMembers(dependencies, submission),
    // The answer needs them: where they cannot be had, that is found out before a ticket is there.
    listUploads(submission).length > 0 ? dependencies.loadKeys() : undefined,
  ]);
  if (remembered !== undefined) return await answerReplayed(dependencies, submission, remembered);
  const errors = [...reading.errors, ...unknownSubmitter(submission, members)];
  if (errors.length > 0) return refuseParameters(errors);
  const bytes = Buffer.byteLength(JSON.stringify(reading.fields));
  if (bytes > maxFieldBytes) {
    const fault = `The fields of one ticket may have ${maxFieldBytes} bytes in all, and these have ${bytes}.`;
    return refuse(413, `${fault} Send what is longer as an attachment.`);
  }
  if (dryRun) {
    return { status: 200, json: { status: 200, dryRun: true, ignoredParameters: reading.ignoredParameters } };
  }
  const stored = await storeTicket(dependencies, submission, members);
  switch (stored.outcome) {
    case 'created':
      return await answerCreated(dependencies, submission, stored.ticket);
    case 'replayed':
      return await answerReplayed(dependencies, submission, stored.remembered);
    case 'contended':
      return refuseContended('Too much is going on at once: no ticket was created. Try again shortly.');
  }
}

/** Reads the members where they decide whether the report is accepted, so that all problems are named at once. */
async function findDecidingMembers(
  { table }: ReceiveDependencies,
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
