import { createHash } from 'node:crypto';
import {
  findRememberedComment,
  type NamedComment,
  rememberedCommentMark,
} from '../../adapters/dynamodb/remembered-comments.ts';
import { followComment } from '../../core/macros/follow-comment.ts';
import type { Comment } from '../../core/records/comment.ts';
import { readPublicComment } from '../../core/records/new-comment.ts';
import { readOptions } from '../kit/call-options.ts';
import { type HttpReply, notFound, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { readJsonObject } from '../kit/json-body.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import type { AddedComment } from './answer.ts';
import { type AddCall, type AddDependencies, type HandleAddition, loadOwn, maxAddMs } from './call.ts';

/** A comment that was read, and the name by which its call may be repeated. */
type Written = { comment: Pick<Comment, 'text' | 'visibility'>; named: NamedComment | undefined; bodyHash: string };

/** Writes a comment on a ticket that the app created, once for each `Idempotency-Key`. */
export const addComment: HandleAddition = async (dependencies, call) => {
  // What is not there is answered before all else; deciding finds that out by itself.
  const ifOwn = async (reply: HttpReply) => ((await loadOwn(dependencies, call)) === undefined ? notFound() : reply);
  const read = readWritten(call);
  if (read.outcome === 'answered') return await ifOwn(read.reply);
  const { written } = read;
  const remembered = await answerRemembered(dependencies, call, written);
  if (remembered !== undefined) return await ifOwn(remembered);
  const deadline = dependencies.now() + maxAddMs;
  const stored = await storeDecided(dependencies, () => decide(dependencies, call, written), deadline);
  if (stored.outcome === 'stored') return stored.answer === undefined ? notFound() : answer(stored.answer);
  const madeMeanwhile =
    stored.outcome === 'done-before' ? await answerRemembered(dependencies, call, written) : undefined;
  return (
    madeMeanwhile ?? refuseContended('Too much is going on at once: the comment was not stored. Try again shortly.')
  );
};

/** Reads what is to be written, or the answer that needs no writing. */
function readWritten({
  request,
  project,
  source,
  ticket,
}: AddCall): { outcome: 'read'; written: Written } | { outcome: 'answered'; reply: HttpReply } {
  const answered = (reply: HttpReply) => ({ outcome: 'answered' as const, reply });
  const body = readJsonObject(request);
  if (body.outcome === 'refused') return answered(body.reply);
  const options = readOptions(request);
  if (options.outcome === 'rejected') return answered(refuseParameters(options.errors));
  const { dryRun, givenKey } = options;
  const reading = readPublicComment(body.object);
  if (reading.outcome === 'rejected') return answered(refuseParameters(reading.errors));
  if (dryRun) return answered({ status: 200, json: { status: 200, dryRun: true } });
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  const named = givenKey === undefined ? undefined : { project, source: source.key, ticket, givenKey };
  return { outcome: 'read', written: { comment: reading.comment, named, bodyHash } };
}

/** The answer to a call that was made before under the same name; undefined where there was none. */
async function answerRemembered(
  { table, now }: AddDependencies,
  call: AddCall,
  { comment, named, bodyHash }: Written,
): Promise<HttpReply | undefined> {
  const remembered = named && (await findRememberedComment(table, named, now()));
  if (remembered === undefined) return undefined;
  if (remembered.bodyHash !== bodyHash) {
    return refuse(422, 'This Idempotency-Key was used with a different body: take a new key for a new comment.');
  }
  const { id, createdAt } = remembered;
  return answer({ ...comment, id, by: writerOf(call), createdAt }, { 'idempotency-replayed': 'true' });
}

function answer(comment: Comment, headers?: Readonly<Record<string, string>>): HttpReply {
  const json: AddedComment = { status: 201, comment };
  return { status: 201, json, ...(headers === undefined ? {} : { headers }) };
}

async function decide(
  dependencies: AddDependencies,
  call: AddCall,
  { comment: written, named, bodyHash }: Written,
): Promise<Decided<Comment | undefined>> {
  const { newId, now, largeBodies } = dependencies;
  const loaded = await loadOwn(dependencies, call);
  if (loaded === undefined) return { answer: undefined };
  const { context: before, memberVersion, ranOnce } = loaded;
  const by = writerOf(call);
  const { comment, consequence: decided } = followComment(
    { document: call.configuration.document, context: before, memberVersion, ranOnce, newId },
    { ...written, by, cause: by },
  );
  const at = now();
  const memory = { bodyHash, id: comment.id, createdAt: comment.createdAt };
  const marks = named === undefined ? [] : [rememberedCommentMark(named, memory, at)];
  const consequence = { ...decided, deliveries: await largeBodies.store(decided.deliveries) };
  const write = { before, memberVersion, consequence, token: newId(), marks };
  return { answer: comment, toStore: { write, now: at } };
}

function writerOf({ source }: AddCall) {
  return { kind: 'source' as const, key: source.key };
}
