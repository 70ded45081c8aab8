import { createHash } from 'node:crypto';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import { type ActivityLog, openActivity } from '../kit/activity-log.ts';
import { readOptions } from '../kit/call-options.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, refuseParameters } from '../kit/http.ts';
import { callInspector } from '../kit/inspect-call.ts';
import { readJsonObject } from '../kit/json-body.ts';
import { type Opening, refuseSignature } from '../kit/open-endpoint.ts';
import { openSource } from '../kit/open-source.ts';
import { originHeaders } from '../kit/origins.ts';
import { recallSignature, rememberAnswered } from '../kit/recall-signature.ts';
import type { routes } from '../routes.ts';
import { answerBatch } from './answer-batch.ts';
import { answerReport } from './answer-report.ts';
import { countReports, describeReply } from './describe-reply.ts';
import { type KeepRejected, rejectionKeeper } from './keep-rejected.ts';
import type { ReceiveDependencies, Rejected, ReportEndpoint } from './submission.ts';

type BatchRoute = (typeof routes)['receive-batch'];
// The table of all routes is not for this function to load: the type says that this is one of them.
const batchRoute: `${BatchRoute['method']} ${BatchRoute['path']}` =
  'POST /api/v1/projects/{project}/feedback/{source}/batch';

/** How long a call goes on trying, in milliseconds: its sender waits 30 s at most (AWS quota). */
const maxCallMs = 24_000;

/** Creates a ticket from a report, or one from each of a batch. */
export function receiveFeedback(dependencies: ReceiveDependencies): HttpHandler {
  const keep = rejectionKeeper(dependencies);
  const inspect = callInspector(dependencies);
  return async (request) => {
    const { project = '' } = request.parameters;
    const opening = await openSource(dependencies, request);
    const { source } = opening.endpoint ?? {};
    if (source !== undefined) request.note({ project, source: source.key });
    const keepCall = inspect(request, { project, kind: 'sources', opening });
    const activity = openActivity(dependencies, request, { project, opening, keepCall });
    const reply = await activity.during(async () => {
      const answered = await answer(dependencies, request, { project, opening, activity, keep });
      return { answered, facts: describeReply(answered) };
    });
    if (source === undefined) return reply;
    for (const [outcome, reports] of countReports(reply)) {
      dependencies.observer.measure('Reports', reports, 'Count', { project, source: source.key, outcome });
    }
    return { ...reply, headers: { ...originHeaders(source, request.headers.origin), ...reply.headers } };
  };
}

type Arrived = { project: string; opening: Opening<SourceOfType>; activity: ActivityLog; keep: KeepRejected };

/** Checks a report in the contract's order (docs/http.md), then has it stored. */
async function answer(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  { project, opening, activity, keep }: Arrived,
): Promise<HttpReply> {
  if (opening.outcome === 'refused') return opening.reply;
  const { configuration, signature } = opening;
  const { source, feedbackType } = opening.endpoint;
  const recall = await recallSignature(dependencies, project, signature, nameRepetition(request, source));
  if (recall.outcome === 'replayed') {
    activity.because(recall.reason);
    return refuseSignature(request, recall.reason);
  }
  const takeTurns = async (turns: number) => {
    const notAdmitted = await opening.takeTurns(turns);
    if (notAdmitted !== undefined) activity.because(notAdmitted.reason);
    return notAdmitted?.reply;
  };
  const deadline = dependencies.now() + maxCallMs;
  const of = { project, source, apiKey: opening.key?.prefix, deadline };
  const endpoint = {
    ...{ ...of, configuration, feedbackType, activity, takeTurns },
    keep: (from: HttpRequest, rejected: Rejected) => keep(from, of, rejected),
  };
  const answerWhole = request.routeKey === batchRoute ? answerBatch : answerOne;
  const reply = await answerWhole(dependencies, request, endpoint);
  await rememberAnswered(dependencies, request, recall, reply);
  return reply;
}

/** What lets a signed batch come again: each of its reports is known by the batch's key, and some may still be missing. */
function nameRepetition({ routeKey, headers }: HttpRequest, { key }: { key: string }): string | undefined {
  const givenKey = headers['idempotency-key'];
  return routeKey === batchRoute && givenKey !== undefined ? `batch\n${key}\n${givenKey}` : undefined;
}

async function answerOne(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: ReportEndpoint,
): Promise<HttpReply> {
  const spent = await endpoint.takeTurns(1);
  if (spent !== undefined) return spent;
  const read = readJsonObject(request);
  const options = readOptions(request);
  if (options.outcome === 'rejected') {
    return read.outcome === 'refused' ? read.reply : refuseParameters(options.errors);
  }
  const { dryRun, givenKey } = options;
  const answerRead = async (object: Readonly<Record<string, unknown>>) => {
    const bodyHash = createHash('sha256').update(request.body).digest('hex');
    return await answerReport(dependencies, request, endpoint, { object, bodyHash, ...options });
  };
  const reply = read.outcome === 'refused' ? read.reply : await answerRead(read.object);
  return dryRun ? reply : await endpoint.keep(request, { body: request.body, givenKey, reply });
}
