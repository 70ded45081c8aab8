import type { RememberedCall } from '../../adapters/dynamodb/ticket-creation.ts';
import { type HttpReply, refuse } from '../kit/http.ts';
import { CreatedTicket } from './answer.ts';
import type { ReceiveDependencies, Submission } from './submission.ts';

/** Largest attachment, in bytes: 2 GiB (docs/http.md). */
const maxAttachmentBytes = 2_147_483_648;

/** Answers with the ticket and a freshly signed upload for each of its attachment fields. */
export async function answerCreated(
  { presign, newId, now, apiOrigin }: ReceiveDependencies,
  { project, source, feedbackType, reading }: Submission,
  ticket: CreatedTicket,
): Promise<HttpReply> {
  const uploads = feedbackType.fields.flatMap((field) => {
    const parameter = field.kind === 'attachment' ? source.fields[field.key] : undefined;
    return parameter === undefined ? [] : [{ field: field.key, parameter }];
  });
  const files = await Promise.all(
    uploads.map(async ({ field, parameter }) => {
      // The random part makes the key unguessable; the rest tells the object's arrival which ticket it belongs to.
      const key = `attachments/${project}/${ticket.id}/${field}/${newId()}`;
      const signed = await presign(key, maxAttachmentBytes, new Date(now()));
      return { field, parameter, upload: { ...signed, maxBytes: maxAttachmentBytes } };
    }),
  );
  return {
    status: 201,
    headers: { location: `${apiOrigin}/admin/v1/projects/${project}/tickets/${ticket.id}` },
    json: { status: 201, ticket, files, ignoredParameters: reading.ignoredParameters },
  };
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
  submission.request.note({ ticket: remembered.ticket, replayed: true });
  const reply = await answerCreated(dependencies, submission, CreatedTicket.parse(remembered.answer));
  return { ...reply, headers: { ...reply.headers, 'idempotency-replayed': 'true' } };
}
