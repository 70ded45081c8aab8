import type { SourceOfType } from '../../core/sources/find-source.ts';
import { type ActivityLog, type CallFacts, openActivity } from '../kit/activity-log.ts';
import { describeRefusal } from '../kit/describe-refusal.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';
import { callInspector } from '../kit/inspect-call.ts';
import { type Opening, refuseSignature } from '../kit/open-endpoint.ts';
import { openSource } from '../kit/open-source.ts';
import { originHeaders } from '../kit/origins.ts';
import { recallSignature, rememberAnswered } from '../kit/recall-signature.ts';
import { routes } from '../routes.ts';
import { addComment } from './add-comment.ts';
import type { AddDependencies } from './call.ts';
import { changeFields } from './change-fields.ts';

const commentRoute = `${routes['comment-on-feedback'].method} ${routes['comment-on-feedback'].path}`;

/** Takes what the app that created a ticket adds to it later: changes of its fields, and comments. */
export function addToTicket(dependencies: AddDependencies): HttpHandler {
  const inspect = callInspector(dependencies);
  return async (request) => {
    const { project = '', ticket } = request.parameters;
    const opening = await openSource(dependencies, request);
    const source = opening.endpoint?.source;
    if (source !== undefined) request.note({ project, source: source.key });
    const keepCall = inspect(request, { project, kind: 'sources', opening });
    const activity = openActivity(dependencies, request, { project, opening, keepCall });
    const reply = await activity.during(async () => {
      const answered = await answer(dependencies, request, opening, activity);
      return { answered, facts: describe(answered, ticket) };
    });
    return source === undefined
      ? reply
      : { ...reply, headers: { ...originHeaders(source, request.headers.origin), ...reply.headers } };
  };
}

async function answer(
  dependencies: AddDependencies,
  request: HttpRequest,
  opening: Opening<SourceOfType>,
  activity: ActivityLog,
): Promise<HttpReply> {
  if (opening.outcome === 'refused') return opening.reply;
  const { project = '', ticket = '' } = request.parameters;
  const recall = await recallSignature(dependencies, project, opening.signature);
  if (recall.outcome === 'replayed') {
    activity.because(recall.reason);
    return refuseSignature(request, recall.reason);
  }
  const notAdmitted = await opening.takeTurns(1);
  if (notAdmitted !== undefined) {
    activity.because(notAdmitted.reason);
    return notAdmitted.reply;
  }
  const { configuration, endpoint } = opening;
  const handle = request.routeKey === commentRoute ? addComment : changeFields;
  const reply = await handle(dependencies, { ...endpoint, configuration, request, project, ticket });
  if (reply.status < 300) request.note({ ticket });
  await rememberAnswered(dependencies, request, recall, reply);
  return reply;
}

function describe(reply: HttpReply, ticket: string | undefined): CallFacts {
  const { status, headers, json } = reply;
  if (status >= 300) return describeRefusal(reply);
  const isDryRun = Object(json).dryRun === true;
  const outcome = isDryRun ? 'checked' : headers?.['idempotency-replayed'] === 'true' ? 'replayed' : 'accepted';
  return { status, outcome, ...(ticket === undefined ? {} : { ticket }) };
}
