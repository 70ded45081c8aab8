import { nameCaller, type Principal } from '../../core/access/principal.ts';
import { followComment } from '../../core/macros/follow-comment.ts';
import type { Comment } from '../../core/records/comment.ts';
import { readNewComment } from '../../core/records/new-comment.ts';
import type { RunTarget } from '../../core/runs/result.ts';
import { type HttpReply, notFound, refuseContended, refuseParameters } from '../kit/http.ts';
import { readJsonObject } from '../kit/json-body.ts';
import { loadRecord } from '../kit/load-record.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';

/** How long commenting goes on trying, in milliseconds. */
const maxCommentMs = 5_000;

/** Writes a comment on a ticket, with all that it sets off. */
export const commentOnTicket: Handle<ProjectCall> = async (dependencies, call) =>
  await addComment(dependencies, call, { ticket: pathParameter(call, 'ticket') });

/** Writes a comment on a member, with all that it sets off. */
export const commentOnMember: Handle<ProjectCall> = async (dependencies, call) =>
  await addComment(dependencies, call, { member: pathParameter(call, 'email') });

async function addComment(dependencies: AdminDependencies, call: ProjectCall, target: RunTarget): Promise<HttpReply> {
  // What is not there is answered before what is wrong with the text; deciding finds that out by itself.
  const ifThere = async (reply: HttpReply) =>
    (await findTarget(dependencies, call, target)) === undefined ? notFound() : reply;
  const body = readJsonObject(call.request);
  if (body.outcome === 'refused') return await ifThere(body.reply);
  const reading = readNewComment(body.object);
  if (reading.outcome === 'rejected') return await ifThere(refuseParameters(reading.errors));
  const deciding = () => decide(dependencies, call, target, reading.comment);
  const stored = await storeDecided(dependencies, deciding, dependencies.now() + maxCommentMs);
  if (stored.outcome !== 'stored') return refuseContended('The comment was not stored. Try again shortly.');
  return stored.answer === undefined ? notFound() : { status: 201, json: stored.answer };
}

async function findTarget(dependencies: AdminDependencies, { project }: ProjectCall, target: RunTarget) {
  const configuration = await dependencies.readConfiguration(project);
  const loaded = configuration && (await loadRecord(dependencies, configuration, target));
  return configuration && loaded && { configuration, loaded };
}

async function decide(
  dependencies: AdminDependencies,
  call: ProjectCall,
  target: RunTarget,
  written: Pick<Comment, 'text' | 'visibility'>,
): Promise<Decided<Comment | undefined>> {
  const { newId, now, largeBodies } = dependencies;
  const { principal } = call;
  const found = await findTarget(dependencies, call, target);
  if (found === undefined) return { answer: undefined };
  const { configuration, loaded } = found;
  const { context: before, memberVersion, ranOnce } = loaded;
  const { comment, consequence: decided } = followComment(
    { document: configuration.document, context: before, memberVersion, ranOnce, newId },
    { ...written, by: writerOf(principal), cause: { kind: 'person', by: nameCaller(principal) } },
  );
  const consequence = { ...decided, deliveries: await largeBodies.store(decided.deliveries) };
  return { answer: comment, toStore: { write: { before, memberVersion, consequence, token: newId() }, now: now() } };
}

function writerOf(principal: Principal): Comment['by'] {
  if (principal.kind === 'person') return { kind: 'person', email: principal.email };
  return { kind: 'person', key: nameCaller(principal) };
}
