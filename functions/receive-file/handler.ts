import { findAttachment } from '../../adapters/dynamodb/attachments.ts';
import { isAttachmentId } from '../../core/uploads/attachment.ts';
import { type CallFacts, openActivity } from '../kit/activity-log.ts';
import { describeRefusal } from '../kit/describe-refusal.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, notFound } from '../kit/http.ts';
import { refuseSignature } from '../kit/open-endpoint.ts';
import { originHeaders } from '../kit/origins.ts';
import { recallSignature } from '../kit/recall-signature.ts';
import { type RouteName, routes } from '../routes.ts';
import { addFile } from './add-file.ts';
import type { AttachmentCall, FileDependencies, HandleFile } from './call.ts';
import { findField, openUpload, type UploadOpening } from './open-upload.ts';
import { abortUpload, completeUpload, listParts, signParts } from './see-through.ts';

const ofAttachment: Readonly<Record<string, HandleFile<AttachmentCall>>> = {
  [routeKey('list-parts')]: listParts,
  [routeKey('sign-parts')]: signParts,
  [routeKey('complete-upload')]: completeUpload,
  [routeKey('abort-upload')]: abortUpload,
};

/** Takes files for a ticket, and sees their uploads through. */
export function receiveFile(dependencies: FileDependencies): HttpHandler {
  return async (request) => {
    const { project = '', ticket } = request.parameters;
    const opened = await openUpload(dependencies, request);
    const { opening } = opened;
    const source = opening.endpoint?.source;
    if (source !== undefined) request.note({ project, source: source.key });
    const activity = openActivity(dependencies, request, { project, opening });
    const reply = await activity.during(async () => {
      const answered = await answer(dependencies, request, opened);
      return { answered, facts: describe(answered, ticket) };
    });
    return source === undefined
      ? reply
      : { ...reply, headers: { ...originHeaders(source, request.headers.origin), ...reply.headers } };
  };
}

async function answer(
  dependencies: FileDependencies,
  request: HttpRequest,
  { opening, byCapability }: UploadOpening,
): Promise<HttpReply> {
  if (opening.outcome === 'refused') return opening.reply;
  const { project = '', attachment: id } = request.parameters;
  const recall = await recallSignature(dependencies, project, opening.signature);
  if (recall.outcome === 'replayed') return refuseSignature(request, recall.reason);
  const found = await findField(dependencies, request, { endpoint: opening.endpoint, byCapability });
  if (found.outcome === 'refused') return found.reply;
  const { call } = found;
  request.note({ ticket: call.ticket });
  if (id === undefined) {
    const reply = await addFile(dependencies, call);
    if (reply.status < 500) await recall.remember();
    return reply;
  }
  const place = { project, ticket: call.ticket, id };
  const attachment = isAttachmentId(id) ? await findAttachment(dependencies.table, place) : undefined;
  if (attachment === undefined || attachment.field !== call.field) return notFound();
  const handle = ofAttachment[request.routeKey];
  return handle === undefined ? notFound() : await handle(dependencies, { ...call, attachment });
}

function describe(reply: HttpReply, ticket: string | undefined): CallFacts {
  if (reply.status >= 300) return describeRefusal(reply);
  return { status: reply.status, outcome: 'accepted', ...(ticket === undefined ? {} : { ticket }) };
}

function routeKey(name: RouteName): string {
  const { method, path } = routes[name];
  return `${method} ${path}`;
}
