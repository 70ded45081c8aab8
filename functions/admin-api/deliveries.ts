import { findDelivery, listDeliveries } from '../../adapters/dynamodb/deliveries.ts';
import type { CursorList } from '../../core/cursors.ts';
import type { Attempt, Delivery } from '../../core/deliveries/delivery.ts';
import { describeDelivery, type StoredBody } from '../../core/deliveries/describe-request.ts';
import { canonicalEmail } from '../../core/members.ts';
import type { TemplatePart } from '../../core/templates/parts.ts';
import { notFound } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import type { DeliveryAttempt, DeliveryDetail } from './delivery-schemas.ts';
import { answerPage, readPlace } from './paging.ts';
import { isRecordId } from './record-ids.ts';
import { DeliveriesQuery } from './schemas.ts';

/** Lists a project's deliveries, newest first; a filtered page may hold few or no items and still have a cursor. */
export const listProjectDeliveries: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const query = readQuery(request, DeliveriesQuery);
  if (query.outcome === 'refused') return query.reply;
  const { limit, cursor, member: givenMember, ...others } = query.input;
  const member = givenMember === undefined ? undefined : (canonicalEmail(givenMember) ?? givenMember);
  const filters = { ...others, member };
  const list: CursorList = { route: request.routeKey, project, filters };
  const place = await readPlace(dependencies, list, cursor);
  if (place.outcome === 'refused') return place.reply;
  const page = await listDeliveries(dependencies.table, project, { limit, after: place.input }, filters);
  return await answerPage(dependencies, list, page);
};

/** Answers with one delivery and all of its attempts. */
export const getDelivery: Handle<ProjectCall> = async (dependencies, call) => {
  const found = await findCalledDelivery(dependencies, call);
  if (found === undefined) return notFound();
  const { bodyAt } = found.delivery.request ?? {};
  const stored = { parts: bodyAt === undefined ? undefined : await dependencies.largeBodies.peek(bodyAt) };
  return { status: 200, json: showDelivery(found.delivery, found.attempts, stored) };
};

/** The delivery that a call names, with its attempts. */
export async function findCalledDelivery(
  { table }: AdminDependencies,
  call: ProjectCall,
): Promise<{ delivery: Delivery; attempts: Attempt[] } | undefined> {
  const id = pathParameter(call, 'delivery');
  return isRecordId(id) ? await findDelivery(table, call.project, id) : undefined;
}

/** A body that lies in S3; undefined where it is gone, and where the delivery's item holds it. */
export async function readStoredBody(
  { largeBodies }: AdminDependencies,
  { request }: Delivery,
): Promise<TemplatePart[] | undefined> {
  return request?.bodyAt === undefined ? undefined : await largeBodies.read(request.bodyAt);
}

/** Whether a delivery's body lay in S3 and does so no more. */
export function isBodyGone({ request }: Delivery, parts: readonly TemplatePart[] | undefined): boolean {
  return request?.bodyAt !== undefined && parts === undefined;
}

/** A delivery as it is shown. */
export function showDelivery(delivery: Delivery, attempts: readonly Attempt[], stored: StoredBody): DeliveryDetail {
  const { id, project, macro, action, target, cause, outcome, reason, createdAt, nextAttemptAt, retry } = delivery;
  const { replayOf, supersedes, mail } = delivery;
  const request = describeDelivery(delivery, stored);
  return {
    ...{ id, project, macro, action, target, cause, outcome, retry },
    ...(reason === undefined ? {} : { reason }),
    createdAt,
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    ...(replayOf === undefined ? {} : { replayOf }),
    ...(supersedes === undefined ? {} : { supersedes }),
    ...(request === undefined ? {} : { request }),
    ...(mail === undefined ? {} : { mail }),
    attempts: attempts.flatMap((attempt) => showAttempt(delivery, attempt, stored)),
  };
}

/** The request is shown as it was frozen, secrets as the tags that name them: what filled them in is stored nowhere. */
function showAttempt(delivery: Delivery, attempt: Attempt, stored: StoredBody): DeliveryAttempt[] {
  const request = describeDelivery(delivery, stored, attempt.startedAt);
  const { captured = {}, uncaptured = [] } = attempt;
  return request === undefined ? [] : [{ ...attempt, request, captured, uncaptured }];
}
