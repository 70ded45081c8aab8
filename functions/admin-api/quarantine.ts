import {
  correctSubmission,
  deleteSubmission,
  findSubmission,
  listSubmissions,
} from '../../adapters/dynamodb/quarantine.ts';
import { nameCaller } from '../../core/access/principal.ts';
import type { CursorList } from '../../core/cursors.ts';
import { bodiesOf, type KeptBody, type KeptSubmission } from '../../core/quarantine/submission.ts';
import { keysOfSource } from '../../core/sources/find-source.ts';
import { type HttpReply, notFound, refuse, refuseContended } from '../kit/http.ts';
import { readBody, readQuery } from '../kit/read-input.ts';
import { type Resubmitted, resubmit } from '../kit/resubmit.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { checkIfMatch, quoteTag } from './if-match.ts';
import { answerPage, readPlace } from './paging.ts';
import { type Check, NewCorrection, ReplayQuery, SubmissionsQuery } from './quarantine-schemas.ts';
import { isRecordId } from './record-ids.ts';
import { showSubmission } from './show-submission.ts';

/** Tries to take a submission that is corrected meanwhile. */
const maxTries = 3;

/** Lists what a project's sources rejected and keep, newest first. */
export const listQuarantine: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const query = readQuery(request, SubmissionsQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor, source, state } = query.input;
  const list: CursorList = { route: request.routeKey, project, filters: { source, state } };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = { limit, after: place.input, newestFirst: true };
  const { table, now } = dependencies;
  const wanted = { sources: source === undefined ? undefined : await sourceKeys(dependencies, project, source), state };
  return await answerPage(dependencies, list, await listSubmissions(table, project, page, wanted, now()));
};

/** All keys that a source has had: what it kept is found by any of them. */
async function sourceKeys({ readConfigurationNow }: AdminDependencies, project: string, key: string) {
  const configuration = await readConfigurationNow(project);
  return configuration === undefined ? [key] : keysOfSource(configuration.document, key);
}

/** Answers with one kept submission: its body as it came, and why it was refused. */
export const getQuarantined: Handle<ProjectCall> = async (dependencies, call) => {
  const kept = await findCalled(dependencies, call);
  return kept === undefined ? notFound() : await answerShown(dependencies, kept, {});
};

/** Puts a corrected body in place of a rejected one, and says what is still wrong with it. */
export const correctQuarantined: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, largeBodies, newId, now } = dependencies;
  const kept = await findCalled(dependencies, call);
  if (kept === undefined) return notFound();
  const body = readBody(call.request, NewCorrection);
  if (body.outcome === 'refused') return body.reply;
  const precondition = checkIfMatch(call.request.headers['if-match'], String(kept.version));
  if (precondition === 'missing') return refuse(428, 'Say with If-Match which version you correct.');
  if (precondition === 'not-met') return refuseChanged();
  if (kept.state === 'replayed') return refuseReplayed(kept);
  const bytes = Buffer.from(JSON.stringify(body.input.body));
  const token = newId();
  const correction = {
    body: await largeBodies.keep(`${kept.id}-${token}`, bytes),
    at: new Date(now()).toISOString(),
    by: nameCaller(call.principal),
    token,
  };
  const { outcome, submission } = await correctSubmission(table, kept, correction);
  const superseded = outcome === 'corrected' ? kept.correction?.body : correction.body;
  await Promise.allSettled(superseded === undefined ? [] : [removeBody(dependencies, superseded)]);
  if (submission === undefined) return notFound();
  if (outcome === 'changed-meanwhile') return refuseChanged();
  const checked = await tryAgain(dependencies, call, submission, true);
  if ('reply' in checked) return checked.reply;
  return await answerShown(dependencies, submission, { check: describeCheck(checked.resubmitted) });
};

/** Deletes a kept submission with its bodies; the ticket that it may have become stays. */
export const deleteQuarantined: Handle<ProjectCall> = async (dependencies, call) => {
  const kept = await findCalled(dependencies, call);
  if (kept === undefined || !(await deleteSubmission(dependencies.table, call.project, kept.id))) return notFound();
  // They are found by nobody any more, and the bucket forgets them by itself.
  await Promise.allSettled(bodiesOf(kept).map((body) => removeBody(dependencies, body)));
  return { status: 204 };
};

/** Takes a kept submission as its source takes a fresh one today, once. */
export const replayQuarantined: Handle<ProjectCall> = async (dependencies, call) => {
  const query = readQuery(call.request, ReplayQuery);
  if (query.outcome === 'refused') return query.reply;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const kept = await findCalled(dependencies, call);
    if (kept === undefined) return notFound();
    if (kept.state === 'replayed') return refuseReplayed(kept);
    const tried = await tryAgain(dependencies, call, kept, query.input.dryRun === 'true');
    if ('reply' in tried) return tried.reply;
    if (tried.resubmitted.outcome !== 'changed-meanwhile') return answerTried(dependencies, kept, tried.resubmitted);
  }
  return refuseContended('This submission is being changed: look at it, and try again.');
};

type Tried = { resubmitted: Resubmitted } | { reply: HttpReply };

async function tryAgain(
  dependencies: AdminDependencies,
  { project, principal, request }: ProjectCall,
  kept: KeptSubmission,
  dryRun: boolean,
): Promise<Tried> {
  const configuration = await dependencies.readConfigurationNow(project);
  if (configuration === undefined) return { reply: notFound() };
  const options = { configuration, by: nameCaller(principal), dryRun, note: request.note };
  return { resubmitted: await resubmit(dependencies, kept, options) };
}

function answerTried(
  { apiOrigin }: AdminDependencies,
  { id, project }: KeptSubmission,
  tried: Exclude<Resubmitted, { outcome: 'changed-meanwhile' }>,
): HttpReply {
  switch (tried.outcome) {
    case 'created': {
      const { ticket } = tried;
      const location = `${apiOrigin}/admin/v1/projects/${project}/tickets/${ticket.id}`;
      return { status: 201, headers: { location }, json: { submission: id, ticket } };
    }
    case 'acceptable': {
      const { ignoredParameters } = tried;
      return { status: 200, json: { submission: id, dryRun: true, ignoredParameters } };
    }
    case 'refused':
      return { status: tried.refusal.status, json: tried.refusal };
    case 'accepted-meanwhile':
      return refuse(409, `Its sender sent it again under the same Idempotency-Key, and it became ${tried.ticket}.`);
    case 'contended':
      return refuseContended('Too much is going on at once: no ticket was created. Try again shortly.');
  }
}

function describeCheck(resubmitted: Resubmitted): Check {
  if (resubmitted.outcome !== 'refused') {
    const ignoredParameters = resubmitted.outcome === 'acceptable' ? resubmitted.ignoredParameters : [];
    return { outcome: 'passes', ignoredParameters };
  }
  const { description, errors } = resubmitted.refusal;
  return { outcome: 'refused', description, ...(errors === undefined ? {} : { errors }) };
}

async function answerShown(
  dependencies: AdminDependencies,
  kept: KeptSubmission,
  also: { check?: Check },
): Promise<HttpReply> {
  const etag = quoteTag(String(kept.version));
  return { status: 200, headers: { etag }, json: { ...(await showSubmission(dependencies, kept)), ...also } };
}

async function findCalled({ table, now }: AdminDependencies, call: ProjectCall): Promise<KeptSubmission | undefined> {
  const id = pathParameter(call, 'submission');
  return isRecordId(id) ? await findSubmission(table, call.project, id, now()) : undefined;
}

async function removeBody({ bucket }: AdminDependencies, body: KeptBody): Promise<void> {
  if ('objectKey' in body) await bucket.remove({ key: body.objectKey, objectVersion: body.objectVersion });
}

function refuseReplayed({ ticket }: KeptSubmission): HttpReply {
  return refuse(409, `It was replayed already and is the ticket ${ticket}: what is to be changed is changed there.`);
}

function refuseChanged(): HttpReply {
  return refuse(412, 'It was changed meanwhile: read it again and apply your change to it.');
}
