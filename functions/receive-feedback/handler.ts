import { createHash } from 'node:crypto';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { findSource, type SourceOfType } from '../../core/sources/find-source.ts';
import { decideSubmitter, readReport, submitterCandidates } from '../../core/sources/read-report.ts';
import { type ActivityLog, openActivity } from '../kit/activity-log.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { readJsonObject, refuseJsonForm } from '../kit/json-body.ts';
import { type Opening, openEndpoint, refuseSignature } from '../kit/open-endpoint.ts';
import { originHeaders } from '../kit/origins.ts';
import { recallSignature } from '../kit/recall-signature.ts';
import { answerCreated, answerReplayed, listUploads } from './answer-created.ts';
import { describeReply } from './describe-reply.ts';
import { readOptions } from './request.ts';
import { findRemembered, storeTicket } from './store-ticket.ts';
import type { Members, ReceiveDependencies, ReportEndpoint, Submission } from './submission.ts';

/** Most bytes that a ticket's fields may have: an item of the table ends at 400 KB (docs/architecture.md). */
const maxFieldBytes = 340_000;

/** Creates a ticket from a report. */
export function receiveFeedback(dependencies: ReceiveDependencies): HttpHandler {
  return async (request) => {
    const { project = '', source: sourceKey = '' } = request.parameters;
    const opening = await openEndpoint(dependencies, request, {
      project,
      what: 'source',
      find: (document) => {
        const found = findSource(document, sourceKey);
        return found && { ...found, apiKey: found.source.apiKey, signature: found.source.signature };
      },
      checkBody: () => refuseJsonForm(request),
    });
    const { source } = opening.endpoint ?? {};
    if (source !== undefined) request.note({ project, source: source.key });
    const activity = openActivity(dependencies, request, { project, opening });
    const reply = await activity.during(async () => {
      const answered = await answer(dependencies, request, { project, opening, activity });
      return { answered, facts: describeReply(answered) };
    });
    if (source === undefined) return reply;
    const outcome = reply.status < 300 ? 'accepted' : 'rejected';
    dependencies.observer.measure('Reports', 1, 'Count', { project, source: source.key, outcome });
    return { ...reply, headers: { ...originHeaders(source, request.headers.origin), ...reply.headers } };
  };
}

/** Checks a report in the contract's order (docs/http.md), then has it stored. */
async function answer(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  { project, opening, activity }: { project: string; opening: Opening<SourceOfType>; activity: ActivityLog },
): Promise<HttpReply> {
  if (opening.outcome === 'refused') return opening.reply;
  const { configuration, signature } = opening;
  const { source, feedbackType } = opening.endpoint;
  const recall = await recallSignature(dependencies, project, signature);
  if (recall.outcome === 'replayed') {
    activity.because(recall.reason);
    return refuseSignature(request, recall.reason);
  }
  const reply = await answerFresh(dependencies, request, { project, configuration, source, feedbackType, activity });
  // What failed for a reason of ours is to be sent again, as it is, and so is what was only tried.
  if (reply.status < 500 && request.query.get('dryRun') !== 'true') await recall.remember();
  return reply;
}

async function answerFresh(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: ReportEndpoint,
): Promise<HttpReply> {
  const { source, feedbackType } = endpoint;
  const body = readJsonObject(request);
  if (body.outcome === 'refused') return body.reply;
  const options = readOptions(request);
  if (options.outcome === 'rejected') return refuseParameters(options.errors);
  const { dryRun, givenKey } = options;
  const reading = readReport(source, feedbackType, body.object);
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
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
