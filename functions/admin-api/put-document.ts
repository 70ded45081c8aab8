import { readDocumentText } from '../../core/document/read-text.ts';
import { sayBeingErased } from '../../core/people/say-being-erased.ts';
import { type HttpRequest, refuse, refuseContended } from '../kit/http.ts';
import { type Input, readQuery } from '../kit/read-input.ts';
import { type DocumentFormat, formatOfBody } from './accept-type.ts';
import { storeProposal } from './apply-document.ts';
import type { AdminDependencies, AdminReply, AnyProjectCall, Handle } from './call.ts';
import type { AppliedDocument } from './document-schemas.ts';
import { maxDocumentBytes } from './document-text.ts';
import { checkIfMatch, quoteTag } from './if-match.ts';
import { planSeedOf, proposeDocument, refuseProblems } from './propose-document.ts';
import { nameCall } from './record-audit.ts';
import { refuseChanged } from './refuse-changed.ts';
import { refuseRemovals } from './removals.ts';
import { ApplyQuery } from './schemas.ts';
import { showChanges } from './show-changes.ts';

const contended =
  'Too much is going on at once: the document was not applied, but some of its members may be stored. Repeat the call shortly: that is safe.';

/** A document as it was sent, and what is to be done with it. */
type Application = { text: string; format: DocumentFormat; dryRun: boolean; force: boolean };

/** Applies a project document as a whole, or says why it cannot apply; a dry run only says what would change. */
export const putDocument: Handle<AnyProjectCall> = async (dependencies, call) => {
  const { request, project, pointer } = call;
  const application = await readApplication(dependencies, call);
  if (application.outcome === 'refused') return application.reply;
  const { text, format, dryRun, force } = application.input;
  const reading = readDocumentText(text, format);
  if (reading.outcome === 'unreadable') return refuseProblems(reading.problems);
  const proposed = await proposeDocument(dependencies, { project, pointer, call: nameCall(call) }, reading.value);
  if (proposed.outcome === 'refused') return proposed.reply;
  const { proposal, warnings, notYet } = proposed.input;
  const { before, document } = proposal;
  const removals = force ? undefined : await refuseRemovals(dependencies.table, project, before, document);
  if (removals !== undefined) return removals;
  if (dryRun) {
    const changes = [...proposal.changes, ...(await planSeedOf(dependencies, proposal)).changes];
    const version = pointer?.version ?? 0;
    return answer(pointer?.etag, { version, dryRun: true, ...showChanges(changes), notYet, warnings });
  }
  const stored = await storeProposal(dependencies, proposal);
  if (stored.outcome === 'changed-meanwhile') {
    return await refuseChanged(dependencies, project, request.headers['if-match']);
  }
  if (stored.outcome === 'being-erased') return refuse(409, sayBeingErased(stored.people));
  if (stored.outcome === 'contended') return refuseContended(contended);
  const { version, etag } = stored.pointer;
  const changes = [...proposal.changes, ...stored.memberChanges];
  request.note({ version, changes: changes.length });
  return answer(etag, { version, ...showChanges(changes), notYet, warnings });
};

async function readApplication(
  dependencies: AdminDependencies,
  { request, project, pointer }: AnyProjectCall,
): Promise<Input<Application>> {
  const body = readBodyText(request);
  if (body.outcome === 'refused') return body;
  const query = readQuery(request, ApplyQuery);
  if (query.outcome === 'refused') return query;
  const dryRun = query.input.dryRun === 'true';
  const precondition = checkIfMatch(request.headers['if-match'], pointer?.etag);
  if (precondition === 'not-met') {
    const reply = await refuseChanged(dependencies, project, request.headers['if-match']);
    return { outcome: 'refused', reply };
  }
  // A dry run replaces nothing, so it may do without.
  if (precondition === 'missing' && !dryRun) {
    const description = "The project exists: send its document's ETag as If-Match, so that nobody's change is lost.";
    return { outcome: 'refused', reply: refuse(428, description) };
  }
  return { outcome: 'read', input: { ...body.input, dryRun, force: query.input.force === 'true' } };
}

function readBodyText({ body, headers }: HttpRequest): Input<Pick<Application, 'text' | 'format'>> {
  if (body.byteLength > maxDocumentBytes) {
    return { outcome: 'refused', reply: refuse(413, 'A project document may have 1 MiB at most.') };
  }
  const format = formatOfBody(headers['content-type']);
  if (format === undefined) {
    return { outcome: 'refused', reply: refuse(415, 'Send the document as application/json or application/yaml.') };
  }
  try {
    return { outcome: 'read', input: { text: new TextDecoder('utf-8', { fatal: true }).decode(body), format } };
  } catch {
    return { outcome: 'refused', reply: refuse(400, 'The body is not UTF-8 text.') };
  }
}

function answer(etag: string | undefined, json: AppliedDocument): AdminReply {
  return {
    status: 200,
    audit: 'recorded',
    ...(etag === undefined ? {} : { headers: { etag: quoteTag(etag) } }),
    json,
  };
}
