import { findAttachment, storeAttachment } from '../../adapters/dynamodb/attachments.ts';
import { Attachment, type AttachmentRecord, objectKeyOf } from '../../core/uploads/attachment.ts';
import { countParts, judgeParts, partBytes } from '../../core/uploads/part-plan.ts';
import { type HttpReply, notFound, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import { removeObject } from '../kit/remove-object.ts';
import { CompleteRequest, SignRequest } from '../kit/upload-schemas.ts';
import type { AttachmentCall, FileDependencies, HandleFile } from './call.ts';
import { signForm, signPartList } from './sign-upload.ts';

/** Says what has become of a file, and which of its parts are there, so that an upload can be resumed. */
export const listParts: HandleFile<AttachmentCall> = async ({ bucket }, { attachment }) => {
  if (attachment.state === 'deleted') return notFound();
  const { uploadId, state, completedAt } = attachment;
  const isComing = uploadId !== undefined && state === 'pending' && completedAt === undefined;
  // Of an upload that is finished no parts are there: the file is.
  const parts = isComing ? await bucket.listParts(objectKeyOf(attachment), uploadId) : undefined;
  return answer(attachment, parts === undefined ? {} : { partSize: partBytes, parts });
};

/** Signs parts, or the form of a file that comes in one, afresh: an upload never ends because an address did. */
export const signParts: HandleFile<AttachmentCall> = async (dependencies, { request, attachment }) => {
  const closed = refuseUnlessPending(attachment);
  if (closed !== undefined) return closed;
  if (attachment.completedAt !== undefined) return refuse(409, 'All parts have come: the file is being checked.');
  const read = readBody(request, SignRequest);
  if (read.outcome === 'refused') return read.reply;
  const { parts } = read.input;
  if (attachment.uploadId === undefined) {
    const upload = await signForm(dependencies, attachment);
    return { status: 200, json: { status: 200, upload, expiresAt: upload.expiresAt } };
  }
  if (parts === undefined) {
    return refuseParameters([{ parameter: 'parts', code: 'required', message: 'Name the parts to sign, from 1.' }]);
  }
  const count = countParts(attachment.size);
  const beyond = parts.flatMap((number, index) => (number > count ? [{ number, index }] : []));
  if (beyond.length > 0) {
    return refuseParameters(
      beyond.map(({ number, index }) => {
        const message = `The file has ${count} parts, and this is ${number}.`;
        return { parameter: `parts.${index}`, code: 'out_of_range', message };
      }),
    );
  }
  const { parts: signed, expiresAt } = await signPartList(dependencies, attachment, [...new Set(parts)]);
  return { status: 200, json: { status: 200, parts: signed, expiresAt } };
};

/** Puts the parts together; whoever asks twice is told twice. */
export const completeUpload: HandleFile<AttachmentCall> = async (dependencies, { request, attachment }) => {
  const { bucket } = dependencies;
  if (attachment.state === 'stored') return answer(attachment);
  const closed = refuseUnlessPending(attachment);
  if (closed !== undefined) return closed;
  if (attachment.completedAt !== undefined) return answer(attachment);
  const { uploadId, size } = attachment;
  if (uploadId === undefined) return refuse(409, 'This file comes in one form: there is nothing to complete.');
  const read = readBody(request, CompleteRequest);
  if (read.outcome === 'refused') return read.reply;
  const key = objectKeyOf(attachment);
  const uploaded = await bucket.listParts(key, uploadId);
  const verdict = uploaded && judgeParts(read.input.parts, uploaded, size);
  if (verdict?.outcome === 'rejected') return refuseParameters(verdict.errors);
  const completed = verdict === undefined ? 'gone' : await bucket.completeParts(key, uploadId, verdict.parts);
  if (completed === 'completed') return answer(await noteCompletion(dependencies, attachment));
  if (completed === 'changed') return refuseContended('The parts changed meanwhile: list them and complete again.');
  // An upload that is no more was completed before, if its object is there.
  return (await bucket.look({ key })) === undefined ? notFound() : answer(attachment);
};

/** Notes that all parts have come; where the file was settled in the meantime, that says more. */
async function noteCompletion(
  { table, dueShards, now }: FileDependencies,
  attachment: AttachmentRecord,
): Promise<AttachmentRecord> {
  const at = now();
  const completedAt = new Date(at).toISOString();
  const reason = 'All parts have come: the file is being checked.';
  const after = { ...attachment, completedAt, reason, version: attachment.version + 1 };
  const outcome = await storeAttachment(table, { before: attachment, after }, { dueShards, now: at });
  return outcome === 'stored' ? after : ((await findAttachment(table, attachment)) ?? attachment);
}

/** Gives an upload up: its parts go, and what still comes goes as well. */
export const abortUpload: HandleFile<AttachmentCall> = async (dependencies, { attachment }) => {
  if (attachment.state === 'deleted') return { status: 204 };
  const closed = refuseUnlessPending(attachment);
  if (closed !== undefined) return closed;
  const { table, dueShards, now } = dependencies;
  const after: AttachmentRecord = { ...attachment, state: 'deleted', version: attachment.version + 1 };
  const stored = await storeAttachment(table, { before: attachment, after }, { dueShards, now: now() });
  if (stored === 'changed-meanwhile') return refuseContended('The file arrived meanwhile. Ask what has become of it.');
  await removeObject(dependencies, after);
  return { status: 204 };
};

function answer(attachment: AttachmentRecord, more: Readonly<Record<string, unknown>> = {}): HttpReply {
  return { status: 200, json: { status: 200, attachment: Attachment.parse(attachment), ...more } };
}

function refuseUnlessPending({ state, reason }: AttachmentRecord): HttpReply | undefined {
  switch (state) {
    case 'pending':
      return undefined;
    case 'stored':
      return refuse(409, 'The file is stored already.');
    case 'rejected':
      return refuse(409, `The file was rejected. ${reason ?? ''}`.trim());
    case 'deleted':
      return notFound();
  }
}
