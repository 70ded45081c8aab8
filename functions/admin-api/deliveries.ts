import { findDelivery, listDeliveries } from '../../adapters/dynamodb/deliveries.ts';
import type { CursorList } from '../../core/cursors.ts';
import type { Attempt, Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { canonicalEmail } from '../../core/members.ts';
import { describeParts } from '../../core/templates/parts.ts';
import { maskHeaders, truncateForLog } from '../../core/webhooks/masking.ts';
import { notFound } from '../kit/http.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';
import { answerPage, readPlace } from './paging.ts';
import { readQuery } from './read-input.ts';
import { isRecordId } from './record-ids.ts';
import { DeliveriesQuery, type DeliveryAttempt, type DeliveryDetail } from './schemas.ts';

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
export const getDelivery: Handle<ProjectCall> = async ({ table }, call) => {
  const id = pathParameter(call, 'delivery');
  const found = isRecordId(id) ? await findDelivery(table, call.project, id) : undefined;
  return found === undefined ? notFound() : { status: 200, json: showDelivery(found.delivery, found.attempts) };
};

function showDelivery(delivery: Delivery, attempts: readonly Attempt[]): DeliveryDetail {
  const { id, project, macro, action, target, outcome, reason, createdAt, nextAttemptAt, request } = delivery;
  const shown = request === undefined ? [] : attempts.map((attempt) => showAttempt(id, request, attempt));
  return {
    ...{ id, project, macro, action, target, outcome },
    ...(reason === undefined ? {} : { reason }),
    createdAt,
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
    attempts: shown,
  };
}

/** The request is shown as it was frozen, secrets as the tags that name them: what filled them in is stored nowhere. */
function showAttempt(delivery: string, request: FrozenRequest, attempt: Attempt): DeliveryAttempt {
  const { number, startedAt, durationMs, response, error } = attempt;
  const headers = Object.fromEntries(request.headers.map(([name, parts]) => [name, describeParts(parts)]));
  const body = truncateForLog(describeParts(request.body ?? []));
  return {
    ...{ number, startedAt, durationMs },
    request: {
      method: request.method,
      url: describeParts(request.url),
      headers: maskHeaders({
        ...headers,
        'webhook-id': delivery,
        'webhook-timestamp': String(Math.floor(Date.parse(startedAt) / 1000)),
      }),
      body: body.text,
      truncated: body.truncated,
    },
    ...(response === undefined ? {} : { response }),
    ...(error === undefined ? {} : { error }),
    captured: {},
    uncaptured: [],
  };
}
