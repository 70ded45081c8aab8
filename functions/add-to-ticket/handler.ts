import { inspectedName } from '../../core/inspector/bounds.ts';
import { accessOf, findSource, type SourceOfType } from '../../core/sources/find-source.ts';
import { type ActivityLog, type CallFacts, openActivity } from '../kit/activity-log.ts';
import { describeRefusal } from '../kit/describe-refusal.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';
import { callInspector } from '../kit/inspect-call.ts';
import { refuseJsonForm } from '../kit/json-body.ts';
import { type Opening, openEndpoint, refuseSignature } from '../kit/open-endpoint.ts';
import { originHeaders } from '../kit/origins.ts';
import { recallSignature } from '../kit/recall-signature.ts';
import { routes } from '../routes.ts';
import { addComment } from './add-comment.ts';
import type { AddDependencies } from './call.ts';
import { changeFields } from './change-fields.ts';

const commentRoute = `${routes['comment-on-feedback'].method} ${routes['comment-on-feedback'].path}`;

/** Takes what the app that created a ticket adds to it later: changes of its fields, and comments. */
export function addToTicket(dependencies: AddDependencies): HttpHandler {
  const inspect = callInspector(dependencies);
  return async (request) => {
    const { project = '', source: sourceKey = '', ticket } = request.parameters;
    const opening = await openEndpoint(dependencies, request, {
      project,
      what: 'source',
      find: (document) => {
        const found = findSource(document, sourceKey);
        return found && { ...found, ...accessOf(found.source) };
      },
      checkBody: () => refuseJsonForm(request),
    });
    const source = opening.endpoint?.source;
    if (source !== undefined) request.note({ project, source: source.key });
    const keepCall =
      opening.outcome === 'opened'
        ? inspect(request, {
            project,
            name: inspectedName('sources', opening.endpoint.source.key),
            configuration: opening.configuration,
          })
        : undefined;
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
  // What failed for a reason of ours is to be sent again, as it is, and so is what was only tried.
  if (reply.status < 500 && request.query.get('dryRun') !== 'true') {
    // What was added is there, whatever becomes of this.
    await recall.remember().catch((error: unknown) => {
      dependencies.observer.fault('signature not remembered', error, {
        requestId: request.id,
        route: request.routeKey,
      });
    });
  }
  return reply;
}

function describe(reply: HttpReply, ticket: string | undefined): CallFacts {
  const { status, headers, json } = reply;
  if (status >= 300) return describeRefusal(reply);
  const isDryRun = Object(json).dryRun === true;
  const outcome = isDryRun ? 'checked' : headers?.['idempotency-replayed'] === 'true' ? 'replayed' : 'accepted';
  return { status, outcome, ...(ticket === undefined ? {} : { ticket }) };
}
