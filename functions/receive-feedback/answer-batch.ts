import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type ReceiveOptions, readOptions } from '../kit/call-options.ts';
import { answerSurprise } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { isJsonObject, readJson, refuseUnstorable } from '../kit/json-body.ts';
import { answerReport } from './answer-report.ts';
import type { ReceiveDependencies, ReportEndpoint } from './submission.ts';

/** Reports that one call may bring (docs/http.md). */
const maxReports = 100;
/** How long a batch goes on taking reports, in milliseconds: its sender waits 30 s at most (AWS quota). */
const maxBatchMs = 20_000;
/** How many bytes of answers a batch goes on taking reports for: one answer may have 6 MB (AWS quota). */
const maxAnswerBytes = 4_000_000;

/** Creates a ticket from each report of a batch, in its order, and answers each as though it had come alone. */
export async function answerBatch(
  dependencies: ReceiveDependencies,
  request: HttpRequest,
  endpoint: ReportEndpoint,
): Promise<HttpReply> {
  const body = readJson(request);
  const given = body.outcome === 'read' ? listReports(body.value) : undefined;
  const isBatch = given !== undefined && given.length > 0 && given.length <= maxReports;
  const spent = await endpoint.takeTurns(isBatch ? given.length : 1);
  if (spent !== undefined) return spent;
  if (body.outcome === 'refused') return body.reply;
  const options = readOptions(request);
  if (options.outcome === 'rejected') return refuseParameters(options.errors);
  if (given === undefined) {
    return refuse(
      400,
      'The body must be a JSON array of reports, or an object such as {"reports": [{"summary": "…"}]}.',
    );
  }
  if (!isBatch) {
    const code = given.length === 0 ? 'required' : 'too_long';
    const message = `A batch has 1 to ${maxReports} reports, and this has ${given.length}.`;
    return refuseParameters([{ parameter: 'reports', code, message }]);
  }
  if (!options.dryRun) endpoint.activity.expect({ status: 200, outcome: 'accepted' });
  const { notes, quiet } = gatherNotes(request, endpoint);
  const deadline = dependencies.now() + maxBatchMs;
  const answers: z.infer<typeof Answer>[] = [];
  let bytes = 0;
  for (const [place, report] of given.entries()) {
    const reply =
      refuseLate(dependencies.now() > deadline, bytes > maxAnswerBytes) ??
      (await answerPlaced(dependencies, quiet, { report, place, options }));
    const isReplayed = reply.headers?.['idempotency-replayed'] === 'true';
    const answer = { ...Answer.parse(reply.json), ...(isReplayed ? { replayed: true } : {}) };
    bytes += Buffer.byteLength(JSON.stringify(answer));
    answers.push(answer);
  }
  const accepted = answers.filter(({ status }) => status < 300).length;
  request.note({ reports: answers.length, accepted, ...notes() });
  return { status: 200, json: { status: 200, accepted, refused: answers.length - accepted, reports: answers } };
}

const Batch = z.object({ reports: z.array(z.unknown()) });

function listReports(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : Batch.safeParse(value).data?.reports;
}

const Answer = z.looseObject({ status: z.int() });
const Noted = z.record(z.string(), z.unknown());

/** Keeps the single reports from speaking for the whole call, in its log line and in the activity of its key. */
function gatherNotes(request: HttpRequest, endpoint: ReportEndpoint) {
  const tickets = new Set<unknown>();
  const sums: Record<string, number> = {};
  const note = (facts: z.infer<typeof Noted>) => {
    for (const [name, value] of Object.entries(facts)) {
      if (name === 'ticket') tickets.add(value);
      else sums[name] = (sums[name] ?? 0) + Number(value);
    }
  };
  const quiet = { request: { ...request, note }, ...{ endpoint: { ...endpoint, activity: silence(endpoint) } } };
  return { quiet, notes: () => ({ ...sums, ...(tickets.size === 0 ? {} : { tickets: [...tickets] }) }) };
}

function silence({ activity }: ReportEndpoint): ReportEndpoint['activity'] {
  return { ...activity, expect: () => undefined };
}

function refuseLate(isOver: boolean, isFull: boolean): HttpReply | undefined {
  if (isOver) return refuseContended('The time for this batch was over: send this report again.');
  return isFull ? refuseContended('The answer to this batch was full: send this report in another one.') : undefined;
}

async function answerPlaced(
  dependencies: ReceiveDependencies,
  { request, endpoint }: ReturnType<typeof gatherNotes>['quiet'],
  { report, place, options }: { report: unknown; place: number; options: Extract<ReceiveOptions, { outcome: 'read' }> },
): Promise<HttpReply> {
  const { dryRun } = options;
  // No header has a line's end, so no call with a key of its own is taken for one of these.
  const givenKey = options.givenKey === undefined ? undefined : `${options.givenKey}\n${place}`;
  const unstorable = refuseUnstorable(report);
  const body = writeReport(report);
  if (body === undefined) return unstorable ?? refuse(400, 'This report is nested too deep.');
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const answerRead = async (): Promise<HttpReply> => {
    if (unstorable !== undefined) return unstorable;
    if (!isJsonObject(report)) return refuse(400, 'A report must be a JSON object, such as {"summary": "…"}.');
    return await answerReport(dependencies, request, endpoint, { object: report, bodyHash, dryRun, givenKey });
  };
  try {
    const reply = await answerRead();
    return dryRun ? reply : await endpoint.keep(request, { body, givenKey, reply });
  } catch (error) {
    // The tickets before it are there, and its sender must hear of them.
    dependencies.observer.fault('report failed', error, { requestId: request.id, route: request.routeKey, place });
    return answerSurprise(error, request.id);
  }
}

/** A report as JSON; undefined where it is nested so deep that writing it exhausts the stack. */
function writeReport(report: unknown): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(report));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
