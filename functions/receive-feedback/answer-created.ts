import type { RememberedCall } from '../../adapters/dynamodb/remembered-calls.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import { CreatedTicket, FoundTicket } from '../../core/tickets/ticket.ts';
import { maxAttachmentBytes, objectKeyOf, uploadMs } from '../../core/uploads/attachment.ts';
import { writeUploadCapability } from '../../core/uploads/capabilities.ts';
import { fileAddress } from '../kit/file-addresses.ts';
import { type HttpReply, refuse } from '../kit/http.ts';
import type { Submission } from '../kit/submission.ts';
import type { ReceiveDependencies } from './submission.ts';

/** Answers with the ticket and a freshly signed upload for each of its attachment fields. */
export async function answerCreated(
  dependencies: ReceiveDependencies,
  submission: Submission,
  ticket: CreatedTicket,
): Promise<HttpReply> {
  const expiresAt = Date.parse(ticket.createdAt) + uploadMs;
  const files = await openUploads(dependencies, submission, ticket, expiresAt);
  const { ignoredParameters } = submission.reading;
  return {
    status: 201,
    headers: locate(dependencies, submission, ticket),
    json: { status: 201, ticket, files, ignoredParameters },
  };
}

/** Answers a report that was counted on a ticket: its files may come as long as those of a new one. */
export async function answerGrouped(
  dependencies: ReceiveDependencies,
  submission: Submission,
  ticket: CreatedTicket,
): Promise<HttpReply> {
  const files = await openUploads(dependencies, submission, ticket, dependencies.now() + uploadMs);
  const { ignoredParameters } = submission.reading;
  return {
    status: 200,
    headers: locate(dependencies, submission, ticket),
    json: { status: 200, grouped: true, ticket: FoundTicket.parse(ticket), files, ignoredParameters },
  };
}

function locate({ apiOrigin }: ReceiveDependencies, { project }: Submission, { id }: CreatedTicket) {
  return { location: `${apiOrigin}/admin/v1/projects/${project}/tickets/${id}` };
}

async function openUploads(
  { signUpload, loadKeys, newId, now, apiOrigin }: ReceiveDependencies,
  { project, source, feedbackType }: Submission,
  ticket: CreatedTicket,
  expiresAt: number,
) {
  const writeEndpoint = async (parameter: string) => {
    const capability = writeUploadCapability(
      (await loadKeys()).capability,
      { project, ticket: ticket.id, parameter },
      expiresAt,
    );
    const field = { project, source: source.key, ticket: ticket.id, parameter };
    return `${fileAddress(apiOrigin, field)}?upload=${capability}`;
  };
  return await Promise.all(
    listUploads({ source, feedbackType }).map(async ({ field, parameter }) => {
      const key = objectKeyOf({ project, ticket: ticket.id, field, id: newId() });
      const signed = await signUpload({ key, maxBytes: maxAttachmentBytes }, new Date(now()));
      const endpoint = await writeEndpoint(parameter);
      return { field, parameter, endpoint, upload: { ...signed, maxBytes: maxAttachmentBytes } };
    }),
  );
}

/** The attachment fields that a source takes files for, with the parameters that mean them. */
export function listUploads({ source, feedbackType }: SourceOfType): { field: string; parameter: string }[] {
  return feedbackType.fields.flatMap(({ key, kind }) => {
    const parameter = kind === 'attachment' && Object.hasOwn(source.fields, key) ? source.fields[key] : undefined;
    return parameter === undefined ? [] : [{ field: key, parameter }];
  });
}

/** Answers a repeated call as its first was answered, if its body is the same. */
export async function answerReplayed(
  dependencies: ReceiveDependencies,
  submission: Submission,
  remembered: RememberedCall,
): Promise<HttpReply> {
  if (remembered.bodyHash !== submission.bodyHash) {
    return refuse(422, 'This Idempotency-Key was used with a different body: take a new key for a new report.');
  }
  submission.note({ ticket: remembered.ticket, replayed: true });
  const { project } = submission;
  const ticket = await findTicket(dependencies.table, project, remembered.ticket);
  if (ticket === undefined) return refuse(404, 'The ticket that this call created was deleted.');
  const { submitter } = ticket;
  const answer = CreatedTicket.parse({ ...remembered.answer, submitter });
  const answerAgain = remembered.grouped ? answerGrouped : answerCreated;
  const reply = await answerAgain(dependencies, submission, answer);
  return { ...reply, headers: { ...reply.headers, 'idempotency-replayed': 'true' } };
}
