import { listAllMembers } from '../../adapters/dynamodb/memberships.ts';
import { readDocument } from '../../adapters/dynamodb/projects.ts';
import { refuse } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { formatOfAnswer } from './accept-type.ts';
import type { Handle, ProjectCall } from './call.ts';
import { maxDocumentBytes, writeDocument } from './document-text.ts';
import { quoteTag } from './if-match.ts';
import { DocumentQuery } from './schemas.ts';
import { seedsOf } from './seed-members.ts';

/** Answers with a project's document, in a form that can be applied again as it is. */
export const getDocument: Handle<ProjectCall> = async ({ table }, { request, project, pointer }) => {
  const query = readQuery(request, DocumentQuery);
  if (query.outcome === 'refused') return query.reply;
  const document = await readDocument(table, pointer);
  const members = query.input.members === 'true' ? seedsOf(await listAllMembers(table, project), document) : undefined;
  const whole = members === undefined ? document : { ...Object(document), members };
  const text = writeDocument(whole, formatOfAnswer(request.headers.accept));
  if (Buffer.byteLength(text.body) > maxDocumentBytes) {
    return refuse(400, 'With its members the document is over 1 MiB: read it without ?members=true.');
  }
  return { status: 200, headers: { etag: quoteTag(pointer.etag), vary: 'Accept' }, raw: text };
};
