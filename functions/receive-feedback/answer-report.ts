import { readReport } from '../../core/sources/read-report.ts';
import { FoundTicket } from '../../core/tickets/ticket.ts';
import { type HttpReply, type HttpRequest, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import type { Submission } from '../kit/submission.ts';
import { describeSize, takeReport } from '../kit/take-report.ts';
import { answerCreated, answerGrouped, answerReplayed, listUploads } from './answer-created.ts';
import type { ReceiveDependencies, ReportEndpoint } from './submission.ts';

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
  const { project, configuration, source, feedbackType, activity, deadline } = endpoint;
  const reading = readReport(source, feedbackType, object);
  const submission: Submission = {
    ...{ project, configuration, source, feedbackType, reading, bodyHash, givenKey },
    note: request.note,
    expect: (ticket, isGrouped) =>
      activity.expect({
        ...(isGrouped ? { status: 200, outcome: 'grouped' } : { status: 201, outcome: 'accepted' }),
        ticket,
      }),
    deadline,
  };
  // The answer needs the keys: where they cannot be had, that is found out before a ticket is there.
  const prepare = async () => (listUploads(endpoint).length > 0 ? await dependencies.loadKeys() : undefined);
  const taken = await takeReport(dependencies, submission, { dryRun, prepare });
  switch (taken.outcome) {
    case 'created':
      return await answerCreated(dependencies, submission, taken.ticket);
    case 'replayed':
      return await answerReplayed(dependencies, submission, taken.remembered);
    case 'grouped':
      return await answerGrouped(dependencies, submission, taken.ticket);
    case 'acceptable': {
      const grouped = taken.ticket === undefined ? {} : { grouped: true, ticket: FoundTicket.parse(taken.ticket) };
      const { ignoredParameters } = reading;
      return { status: 200, json: { status: 200, dryRun: true, ...grouped, ignoredParameters } };
    }
    case 'rejected':
      return refuseParameters(taken.errors);
    case 'too-large':
      return refuse(413, describeSize(taken));
    case 'changed-meanwhile':
    case 'contended':
      return refuseContended('Too much is going on at once: nothing was stored. Try again shortly.');
  }
}
