import { createHash } from 'node:crypto';
import * as z from 'zod';
import { answerSurprise } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { isJsonObject, readJson } from '../kit/json-body.ts';
import { BatchAnswer } from './answer.ts';
import { answerReport } from './answer-report.ts';
import { type ReceiveOptions, readOptions } from './request.ts';
import type { ReceiveDependencies, ReportEndpoint } from './submission.ts';

/** Reports that one call may bring (docs/http.md). */
const maxReports = 100;
/** How long a batch goes on taking reports, in milliseconds: its sender waits 30 s at most (AWS quota). */
const maxBatchMs = 20_000;

/** Creates a ticket from each report of a batch, in its order, and answers each as though it had come alone. */
export async function answerBatch(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: ReportEndpoint,
): Promise<HttpReply> {
  const body = readJson(request);
  if (body.outcome === 'refused') return body.reply;
  const options = readOptions(request);
  if (options.outcome === 'rejected') return refuseParameters(options.errors);
  const given = Array.isArray(body.value) ? body.value : Batch.safeParse(body.value).data?.reports;
  if (given === undefined) {
    return refuse(
      400,
      'The body must be a JSON array of reports, or an object such as {"reports": [{"summary": "…"}]}.',
    );
  }
  if (given.length === 0 || given.length > maxReports) {
    const code = given.length === 0 ? 'required' : 'too_long';
    const message = `A batch has 1 to ${maxReports} reports, and this has ${given.length}.`;
    return refuseParameters([{ parameter: 'reports', code, message }]);
  }
  // The one entry of the key's activity is that of the whole call.
  const quiet = { ...endpoint, activity: { ...endpoint.activity, expect: () => undefined } };
  const deadline = dependencies.now() + maxBatchMs;
  const replies: HttpReply[] = [];
  for (const [place, report] of given.entries()) {
    replies.push(
      dependencies.now() > deadline
        ? refuseContended('The time for this batch is over: send this report again.')
        : await answerPlaced(dependencies, request, quiet, { report, place, options }),
    );
  }
  return { status: 200, json: describeBatch(replies) };
}

/** How many reports of a call were accepted and rejected. */
export function countReports({ status, json }: HttpReply): [outcome: string, reports: number][] {
  const batch = BatchAnswer.safeParse(json).data;
  if (batch === undefined) return [[status < 300 ? 'accepted' : 'rejected', 1]];
  const counts: [string, number][] = [
    ['accepted', batch.accepted],
    ['rejected', batch.refused],
  ];
  return counts.filter(([, reports]) => reports > 0);
}

const Batch = z.object({ reports: z.array(z.unknown()) });

async function answerPlaced(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: ReportEndpoint,
  { report, place, options }: { report: unknown; place: number; options: Extract<ReceiveOptions, { outcome: 'read' }> },
): Promise<HttpReply> {
  if (!isJsonObject(report)) return refuse(400, 'A report must be a JSON object, such as {"summary": "…"}.');
  const { dryRun, givenKey } = options;
  const bodyHash = createHash('sha256').update(JSON.stringify(report)).digest('hex');
  // No header has a line's end, so no call with a key of its own is taken for one of these.
  const keyed = { dryRun, givenKey: givenKey === undefined ? undefined : `${givenKey}\n${place}` };
  try {
    return await answerReport(dependencies, request, endpoint, { object: report, bodyHash, ...keyed });
  } catch (error) {
    // The tickets before it are there, and its sender must hear of them.
    dependencies.observer.fault('report failed', error, { requestId: request.id, route: request.routeKey, place });
    return answerSurprise(error, request.id);
  }
}

function describeBatch(replies: readonly HttpReply[]): z.infer<typeof BatchAnswer> {
  const accepted = replies.filter(({ status }) => status < 300).length;
  const reports = replies.map(({ json, headers }) => {
    const isReplayed = headers?.['idempotency-replayed'] === 'true';
    return { ...z.looseObject({ status: z.int() }).parse(json), ...(isReplayed ? { replayed: true as const } : {}) };
  });
  return { status: 200, accepted, refused: replies.length - accepted, reports };
}
