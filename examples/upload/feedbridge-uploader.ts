import AwsS3, { type AwsBody, type AwsS3Options } from '@uppy/aws-s3';
import type Uppy from '@uppy/core';
import { type Attachment, declareFile, type ExpectedFile } from './feedbridge-file.ts';

/** What Uppy is to know of a file besides its name and type: pass it as `meta` to `uppy.addFile`. */
type FileMeta = {
  /** The address that the ticket's answer gave for the field: `files[].endpoint`. */
  endpoint: string;
  /** Sends the file in parts, whatever its size: only then can it go on where it was interrupted. */
  inParts: boolean;
};

/** An Uppy whose files go to tickets. */
export type FeedbridgeUppy = Uppy<FileMeta & Record<string, unknown>, AwsBody>;

type SignRequest = Extract<
  AwsS3Options<FileMeta & Record<string, unknown>, AwsBody>,
  { signRequest: unknown }
>['signRequest'];
type S3Request = Parameters<SignRequest>[0];
type Signed = Awaited<ReturnType<SignRequest>>;

/** How often the API is asked what has become of a file: at first, and at most, in milliseconds. */
const firstLookMs = 500;
const maxLookMs = 10_000;

/**
 * Has Uppy send its files to Feedbridge, and tells what becomes of each once it has been sent.
 *
 * Uppy speaks S3 and asks us to sign each of its requests. Those that carry the file we let it send, to addresses and forms
 * that Feedbridge signed:
 *
 *     part of a file   PUT to an address that is used once, while it lives, or is signed afresh
 *     whole file       POST of a form
 *
 * The others (begin, list, complete and abort an upload) are for Feedbridge, which checks them, and it speaks JSON. So we
 * ask Feedbridge and give Uppy a `data:` URL with what S3 would have said. A page with a Content-Security-Policy needs
 * `data:` in its `connect-src`, beside the API and the bucket.
 */
export function useFeedbridge(
  uppy: FeedbridgeUppy,
  onAttachment: (fileId: string, attachment: Attachment) => void,
): void {
  const expected = new Map<string, ExpectedFile>();
  // Files that were sent anew because an address had ended, until their next part arrives.
  const sentAnew = new Set<string>();
  let partSize = 0;

  // First of all each file is declared; from the answer Uppy knows whether it comes in parts, and how large they are.
  uppy.addPreProcessor(async (fileIds) => {
    await Promise.all(fileIds.filter((id) => !expected.has(id)).map(declare));
  });

  uppy.use(AwsS3, {
    // Uppy's own name for an object: S3's key is chosen by Feedbridge and comes with what is signed.
    generateObjectKey: (file) => file.id,
    shouldUseMultipart: (file) => expected.get(file.id)?.inParts ?? false,
    // Uppy does not say for which file; Feedbridge makes all parts of one size.
    getChunkSize: () => partSize,
    signRequest: (request) => sign(request, fileOf(request.key)),
  });

  uppy.on('file-removed', ({ id, progress }) => {
    if (progress.uploadComplete) return;
    // Uppy's own request to abort comes only for parts that have begun.
    expected.get(id)?.abort().catch(ignore);
  });
  uppy.on('upload-error', (file, error) => {
    // An address that ended on its way, or a clock that is wrong: once more, under a fresh one.
    if (file === undefined || !isRefusedByS3(error) || sentAnew.has(file.id)) return;
    sentAnew.add(file.id);
    // Uppy first ends the try that failed.
    setTimeout(() => uppy.retryUpload(file.id).catch(ignore));
  });
  uppy.on('s3-multipart:part-uploaded', ({ id }) => sentAnew.delete(id));
  uppy.on('upload-success', (file) => {
    if (file !== undefined) void follow(file.id);
  });

  async function declare(fileId: string): Promise<void> {
    const file = uppy.getFile(fileId);
    try {
      const { endpoint, inParts } = file.meta;
      const declared = { name: file.name, type: file.type, size: file.size ?? 0 };
      const answer = await declareFile(endpoint, declared, { multipart: inParts });
      if (answer.inParts) partSize = answer.partSize;
      expected.set(fileId, answer);
      // It may have been taken back meanwhile.
      if (uppy.getFile(fileId) === undefined) await answer.abort();
    } catch (error) {
      uppy.emit('upload-error', file, error instanceof Error ? error : new Error(String(error)));
    }
  }

  function fileOf(key: string): ExpectedFile {
    const file = expected.get(key);
    if (file === undefined) throw new Error(`The file ${key} has not been declared.`);
    return file;
  }

  /** Asks until Feedbridge has looked at what arrived, ever less often. */
  async function follow(fileId: string): Promise<void> {
    for (let waitMs = firstLookMs; ; waitMs = Math.min(maxLookMs, waitMs * 1.5)) {
      const attachment = await expected.get(fileId)?.look().catch(ignore);
      if (uppy.getFile(fileId) === undefined) return;
      if (attachment) onAttachment(fileId, attachment);
      if (attachment && attachment.state !== 'pending') return;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Answers each kind of request that Uppy makes: where to send it, or at once. */
async function sign(request: S3Request, file: ExpectedFile): Promise<Signed> {
  if (!file.inParts) return await file.takeForm();
  if ('partNumber' in request) return { url: await file.takePartUrl(request.partNumber) };
  switch (request.method) {
    case 'POST': {
      if (!('uploadId' in request)) {
        return say(
          `<InitiateMultipartUploadResult>${element('UploadId', file.uploadId)}</InitiateMultipartUploadResult>`,
        );
      }
      await file.complete();
      const place = element('Location', 'feedbridge') + element('Key', request.key);
      return say(`<CompleteMultipartUploadResult>${place}</CompleteMultipartUploadResult>`);
    }
    case 'GET': {
      const parts = await file.listParts();
      const listed = parts.map(
        ({ number, etag }) => `<Part>${element('PartNumber', String(number))}${element('ETag', etag)}</Part>`,
      );
      return say(`<ListPartsResult>${listed.join('')}</ListPartsResult>`);
    }
    case 'DELETE':
      // Whoever removed the file from Uppy has given it up already.
      return say('');
    default:
      throw new Error(`A file in parts has no ${request.method}.`);
  }
}

/** An address that answers any request with this, without a network (Fetch Standard, "scheme fetch"). */
function say(xml: string): Signed {
  return { url: `data:application/xml,${encodeURIComponent(xml)}` };
}

function element(name: string, text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<${name}>${escaped}</${name}>`;
}

function isRefusedByS3(error: object): boolean {
  return 'status' in error && error.status === 403;
}

/** For what is shown elsewhere, or asked again. */
function ignore(): undefined {}
