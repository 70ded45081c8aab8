import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { findSubmissions, listSubmissions } from '../../adapters/dynamodb/quarantine.ts';
import { nameCaller } from '../../core/access/principal.ts';
import type { KeptSubmission } from '../../core/quarantine/submission.ts';
import { listRun, makeRun } from '../../core/runs/make-run.ts';
import { keysOfSource } from '../../core/sources/find-source.ts';
import { type HttpReply, notFound } from '../kit/http.ts';
import { mapAtOnce } from '../kit/map-at-once.ts';
import { readBody } from '../kit/read-input.ts';
import { resubmit } from '../kit/resubmit.ts';
import type { AdminDependencies, Handle, ProjectCall } from './call.ts';
import { NewResubmission, type ResubmissionCheck } from './quarantine-schemas.ts';
import { isRecordId } from './record-ids.ts';
import { beginCounting, beginList } from './runs.ts';

/** Kept submissions that a dry run looks at, and how long, in milliseconds: the gateway waits 30 seconds (AWS quota). */
const maxChecked = 1_000;
const maxCheckMs = 15_000;
/** Kept submissions that are read at once, and how many reasons a dry run tells. */
const readAtOnce = 50;
const maxExamples = 20;

/** Takes many kept submissions as fresh ones, as a run; or says how many of them would be taken. */
export const replayQuarantine: Handle<ProjectCall> = async (dependencies, call) => {
  const body = readBody(call.request, NewResubmission);
  if (body.outcome === 'refused') return body.reply;
  const { source, ids, dryRun, confirm = false } = body.input;
  const named = ids === undefined ? undefined : [...new Set(ids)];
  const configuration = await dependencies.readConfigurationNow(call.project);
  if (configuration === undefined) return notFound();
  const sources = source === undefined ? undefined : keysOfSource(configuration.document, source);
  if (dryRun) return await checkMany(dependencies, call, configuration, { sources, named });
  const startedAt = dependencies.now();
  const beginning = {
    id: dependencies.newId(),
    project: call.project,
    cause: { kind: 'person' as const, by: nameCaller(call.principal) },
    confirm,
    startedAt,
  };
  const of = source === undefined ? {} : { source, sources };
  if (named !== undefined) {
    const over = { kind: 'list' as const, target: 'submission' as const };
    return await beginList(dependencies, call, listRun({ ...beginning, over }, named));
  }
  const over = { kind: 'quarantine' as const, ...of, to: new Date(startedAt).toISOString() };
  return await beginCounting(dependencies, call, makeRun({ ...beginning, over }));
};

type Choice = { sources: readonly string[] | undefined; named: readonly string[] | undefined };

async function checkMany(
  dependencies: AdminDependencies,
  call: ProjectCall,
  configuration: Configuration,
  choice: Choice,
): Promise<HttpReply> {
  const { now } = dependencies;
  const check: ResubmissionCheck = {
    ...{ dryRun: true, checked: 0, wouldPass: 0, wouldFail: 0, examples: [], more: false },
  };
  const deadline = now() + maxCheckMs;
  const options = { configuration, by: nameCaller(call.principal), dryRun: true };
  for await (const some of readWaiting(dependencies, call.project, choice)) {
    if (check.checked >= maxChecked || now() > deadline) return { status: 200, json: { ...check, more: true } };
    const tried = await mapAtOnce(some, async (kept) => ({ kept, ...(await resubmit(dependencies, kept, options)) }));
    for (const result of tried) {
      check.checked += 1;
      if (result.outcome === 'acceptable') check.wouldPass += 1;
      else check.wouldFail += 1;
      if (result.outcome !== 'refused' || check.examples.length >= maxExamples) continue;
      const { description, errors } = result.refusal;
      check.examples.push({ id: result.kept.id, description, ...(errors === undefined ? {} : { errors }) });
    }
  }
  return { status: 200, json: check };
}

/** Yields the waiting submissions of a choice, oldest first where none are named. */
async function* readWaiting(
  { table, now }: AdminDependencies,
  project: string,
  { sources, named }: Choice,
): AsyncGenerator<KeptSubmission[]> {
  const read = async (ids: readonly string[]) => {
    const found = await findSubmissions(table, project, ids, now());
    const kept = ids.flatMap((id) => found.get(id) ?? []);
    return kept.filter((one) => one.state === 'waiting' && (sources === undefined || sources.includes(one.source)));
  };
  if (named !== undefined) {
    const possible = named.filter(isRecordId);
    for (let start = 0; start < possible.length; start += readAtOnce) {
      yield await read(possible.slice(start, start + readAtOnce));
    }
    return;
  }
  let after: string | undefined;
  do {
    const page = { limit: readAtOnce, after, newestFirst: false };
    const { items, next } = await listSubmissions(table, project, page, { sources, state: 'waiting' }, now());
    yield await read(items.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
}
