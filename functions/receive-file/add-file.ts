import { declareAttachment, readStorageUse } from '../../adapters/dynamodb/attachments.ts';
import {
  Attachment,
  type AttachmentRecord,
  maxAttachmentBytes,
  maxDirectBytes,
  maxFilesOfTicket,
  objectKeyOf,
  uploadMs,
} from '../../core/uploads/attachment.ts';
import { writeUploadCapability } from '../../core/uploads/capabilities.ts';
import { cleanFileName } from '../../core/uploads/clean-file-name.ts';
import { firstParts, multipartAboveBytes } from '../../core/uploads/part-plan.ts';
import { fileAddress } from '../kit/file-addresses.ts';
import { type HttpReply, notFound, refuse, refuseParameters } from '../kit/http.ts';
import { patiently } from '../kit/patiently.ts';
import { readBody } from '../kit/read-input.ts';
import { settleArrival } from '../kit/settle-arrival.ts';
import { FileDeclaration } from '../kit/upload-schemas.ts';
import type { FileCall, FileDependencies } from './call.ts';
import { isFileForm, refuseDirectSize } from './open-upload.ts';
import { readFileForm } from './read-file-form.ts';
import { signForm, signPartList } from './sign-upload.ts';

/** How long a file that comes with the call may take to settle, in milliseconds; its event settles it otherwise. */
const maxSettleMs = 5_000;

/** Adds a file to a ticket: one that comes with the call, or one that will be sent to S3. */
export async function addFile(dependencies: FileDependencies, call: FileCall): Promise<HttpReply> {
  return isFileForm(call.request) ? await storeFile(dependencies, call) : await declareFile(dependencies, call);
}

async function declareFile(dependencies: FileDependencies, call: FileCall): Promise<HttpReply> {
  const declared = readBody(call.request, FileDeclaration, ['/fileName']);
  if (declared.outcome === 'refused') return declared.reply;
  const { fileName, contentType, size, sha256, multipart } = declared.input;
  if (size > maxAttachmentBytes) {
    return refuse(413, `A file may have 2 GiB (${maxAttachmentBytes} bytes) at most, and this has ${size}.`);
  }
  const full = await refuseFullStorage(dependencies, call, size);
  if (full !== undefined) return full;
  const draft = draftAttachment(dependencies, call, { fileName, contentType, size });
  const isInParts = multipart ?? size > multipartAboveBytes;
  const uploadId = isInParts ? await dependencies.bucket.startParts(objectKeyOf(draft), contentType) : undefined;
  const attachment: AttachmentRecord = {
    ...draft,
    ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }),
    ...(uploadId === undefined ? {} : { uploadId }),
  };
  const refused = await storeNew(dependencies, attachment);
  if (refused !== undefined) {
    if (uploadId !== undefined) await dependencies.bucket.abortParts(objectKeyOf(draft), uploadId);
    return refused;
  }
  const upload = await describeUpload(dependencies, { ...call, attachment });
  return { status: 201, json: { status: 201, attachment: Attachment.parse(attachment), upload } };
}

/** Stores a file that came with the call; it is noted before, so that its event finds it whatever happens to us. */
async function storeFile(dependencies: FileDependencies, call: FileCall): Promise<HttpReply> {
  const form = await readFileForm(call.request);
  if (form.outcome === 'refused') return form.reply;
  const { fileName, contentType, bytes } = form;
  if (bytes.byteLength > maxDirectBytes) return refuseDirectSize();
  if (bytes.byteLength === 0) {
    return refuseParameters([{ parameter: form.parameter, code: 'out_of_range', message: 'The file is empty.' }]);
  }
  const full = await refuseFullStorage(dependencies, call, bytes.byteLength);
  if (full !== undefined) return full;
  const attachment = draftAttachment(dependencies, call, { fileName, contentType, size: bytes.byteLength });
  const refused = await storeNew(dependencies, attachment);
  if (refused !== undefined) return refused;
  await dependencies.bucket.put(objectKeyOf(attachment), bytes, contentType);
  const stored = (await storeNow(dependencies, attachment)) ?? attachment;
  return { status: 201, json: { status: 201, attachment: Attachment.parse(stored) } };
}

/** Has a file stored that is in the bucket; undefined where it is not, and its event settles it. */
async function storeNow(
  dependencies: FileDependencies,
  attachment: AttachmentRecord,
): Promise<AttachmentRecord | undefined> {
  // What a scanner has to find clean first cannot be stored at once.
  if (dependencies.malwareProtection) return undefined;
  const deadline = dependencies.now() + maxSettleMs;
  const settled = await settleArrival(dependencies, attachment, { deadline, storesOnly: true });
  return settled.attachment?.state === 'stored' ? settled.attachment : undefined;
}

function draftAttachment(
  { newId, now }: FileDependencies,
  { project, ticket, field }: FileCall,
  { fileName, ...file }: { fileName: string; contentType: string; size: number },
): AttachmentRecord {
  const createdAt = new Date(now()).toISOString();
  const place = { id: newId(), project, ticket, field };
  return { ...place, ...file, fileName: cleanFileName(fileName), state: 'pending', version: 1, createdAt };
}

/** Stores a file that is declared, unless the ticket has no place for it; says then what the sender is told. */
async function storeNew(dependencies: FileDependencies, attachment: AttachmentRecord): Promise<HttpReply | undefined> {
  const { table, dueShards, now, newId } = dependencies;
  const storage = { dueShards, now: now(), most: maxFilesOfTicket, token: newId() };
  switch (await patiently(dependencies, () => declareAttachment(table, attachment, storage))) {
    case 'stored':
      return undefined;
    case 'ticket-deleted':
      return notFound();
    case 'no-place':
      return refuse(409, `This ticket has been given ${maxFilesOfTicket} files, which is the most that one may have.`);
  }
}

async function refuseFullStorage(
  { table, quotaBytes }: FileDependencies,
  { project }: FileCall,
  size: number,
): Promise<HttpReply | undefined> {
  if (quotaBytes === undefined) return undefined;
  const { bytes } = await readStorageUse(table, project);
  if (bytes + size <= quotaBytes) return undefined;
  const left = Math.max(0, quotaBytes - bytes);
  return refuse(413, `The project may store ${left} bytes more, and this file has ${size}: have files deleted first.`);
}

/** What the client needs to send the file, and to see it through without the key for as long as it may take. */
async function describeUpload(
  dependencies: FileDependencies,
  call: FileCall & { attachment: AttachmentRecord },
): Promise<Record<string, unknown>> {
  const { apiOrigin, loadKeys } = dependencies;
  const { project, source, ticket, parameter, attachment } = call;
  const scope = { project, ticket, parameter, attachment: attachment.id };
  const expiresAt = Date.parse(attachment.createdAt) + uploadMs;
  const capability = writeUploadCapability((await loadKeys()).capability, scope, expiresAt);
  const base = `${fileAddress(apiOrigin, { project, source: source.key, ticket, parameter })}/${attachment.id}`;
  const urlOf = (verb: string) => `${base}${verb}?upload=${capability}`;
  const addresses = { sign: urlOf('/sign'), list: urlOf(''), abort: urlOf('') };
  if (attachment.uploadId === undefined) return { ...(await signForm(dependencies, attachment)), ...addresses };
  const numbers = Array.from({ length: firstParts }, (_, index) => index + 1);
  const { uploadId } = attachment;
  const signed = await signPartList(dependencies, attachment, numbers);
  return { uploadId, ...signed, ...addresses, complete: urlOf('/complete') };
}
