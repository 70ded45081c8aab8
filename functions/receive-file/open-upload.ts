import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { Key } from '../../core/document/schema-names.ts';
import { findSource, isFrom, type SourceOfType } from '../../core/sources/find-source.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { maxDirectBytes, uploadMs } from '../../core/uploads/attachment.ts';
import { type CapabilityVerdict, judgeUploadCapability } from '../../core/uploads/capabilities.ts';
import { type HttpReply, type HttpRequest, notFound, refuse } from '../kit/http.ts';
import { refuseJsonForm } from '../kit/json-body.ts';
import { type Opening, readOpen, type TakeTurns } from '../kit/open-endpoint.ts';
import { openSource } from '../kit/open-source.ts';
import type { FileCall, FileDependencies } from './call.ts';

/** What the gateway takes beside the file in a form: the names of its parts, and their boundaries. */
const formOverheadBytes = 65_536;

/** An endpoint for files, opened or not, and whether a capability opened it. */
export type UploadOpening = { opening: Opening<SourceOfType>; byCapability: boolean };

/** Files follow a report that was counted. */
const unlimited: TakeTurns = async () => undefined;

/** Opens the source by a capability for this ticket and parameter, or else as for a report: by its key or its signature. */
export async function openUpload(dependencies: FileDependencies, request: HttpRequest): Promise<UploadOpening> {
  const { project = '', source = '' } = request.parameters;
  const verdict = await judgeCapability(dependencies, request);
  if (verdict === 'valid') {
    const configuration = await readOpen(dependencies, project);
    const endpoint = configuration === undefined ? undefined : findSource(configuration.document, source);
    if (configuration === undefined || endpoint === undefined) {
      return {
        opening: { outcome: 'refused', reply: notFound(), reason: 'there is no such source' },
        byCapability: true,
      };
    }
    const unreadable = refuseForm(request);
    if (unreadable === undefined)
      return { opening: { outcome: 'opened', endpoint, configuration, takeTurns: unlimited }, byCapability: true };
    const reason = 'the body is too large or of another type';
    return { opening: { outcome: 'refused', reply: unreadable, reason, endpoint }, byCapability: true };
  }
  const opening = await openSource(dependencies, request, refuseForm);
  if (verdict === undefined || opening.outcome === 'opened' || opening.reply.status !== 401) {
    return { opening, byCapability: false };
  }
  // Whoever holds a capability has no key: what is wrong with the capability is what helps.
  const why = verdict === 'expired' ? 'has expired' : 'is not valid here';
  const description = `The upload link ${why}: ask for a new one with the API key.`;
  const reply = refuse(401, description, undefined, { 'www-authenticate': 'Bearer' });
  return { opening: { ...opening, reply, reason: `the upload link ${why}` }, byCapability: false };
}

/** Finds the ticket and the attachment field that a call is for, or says why files may not be added there. */
export async function findField(
  dependencies: FileDependencies,
  request: HttpRequest,
  { endpoint, byCapability }: { endpoint: SourceOfType; byCapability: boolean },
): Promise<{ outcome: 'found'; call: FileCall } | { outcome: 'refused'; reply: HttpReply }> {
  const { project = '', ticket: id = '', parameter = '' } = request.parameters;
  const { source, feedbackType } = endpoint;
  const ticket = isTicketId(id) ? await findTicket(dependencies.table, project, id) : undefined;
  const attachments = feedbackType.fields.filter(({ kind }) => kind === 'attachment');
  const field = attachments.find(({ key }) => Object.hasOwn(source.fields, key) && source.fields[key] === parameter);
  if (ticket === undefined || field === undefined || !isFrom(ticket, endpoint)) {
    return { outcome: 'refused', reply: notFound() };
  }
  const isLate = dependencies.now() - Date.parse(ticket.createdAt) >= uploadMs;
  if (!byCapability && isLate) {
    const description = 'Files can be added for 7 days after a ticket was created: this one is older.';
    return { outcome: 'refused', reply: refuse(403, description) };
  }
  return { outcome: 'found', call: { ...endpoint, request, project, ticket: id, field: field.key, parameter } };
}

async function judgeCapability(
  { loadKeys, now }: FileDependencies,
  { query, parameters }: HttpRequest,
): Promise<CapabilityVerdict | undefined> {
  const capability = query.get('upload');
  if (capability === null) return undefined;
  const { project = '', ticket = '', parameter = '', attachment } = parameters;
  if (!Key.safeParse(project).success) return 'foreign';
  const { capability: key } = await loadKeys();
  const given = { capability, now: now() };
  const whole = judgeUploadCapability(key, { project, ticket, parameter }, given);
  if (whole !== 'foreign' || attachment === undefined) return whole;
  return judgeUploadCapability(key, { project, ticket, parameter, attachment }, given);
}

/** A file may come as a form; everything else is JSON. */
function refuseForm(request: HttpRequest): HttpReply | undefined {
  const isForm = isFileForm(request);
  if (isForm && request.body.byteLength > maxDirectBytes + formOverheadBytes) return refuseDirectSize();
  if (isForm && request.parameters.attachment === undefined) return undefined;
  if (request.method === 'GET' || request.method === 'DELETE') return undefined;
  const reply = refuseJsonForm(request);
  if (reply?.status !== 415 || request.parameters.attachment !== undefined) return reply;
  return refuse(415, 'Declare the file as application/json, or send it as multipart/form-data.');
}

/** Whether a file comes with the call. */
export function isFileForm({ headers }: HttpRequest): boolean {
  return /^\s*multipart\/form-data\s*(;|$)/i.test(headers['content-type'] ?? '');
}

/** The answer to a file that is too large to come with the call. */
export function refuseDirectSize(): HttpReply {
  const how = 'declare it as JSON with fileName, contentType and size, and send it to the address in the answer';
  return refuse(413, `A file that comes with the call may have 4 MiB: ${how}.`);
}
