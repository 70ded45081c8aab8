import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import { text } from 'node:stream/consumers';

const pieceBytes = 1_048_576;

/** A file that is too large to hold: any stretch of it can be made again. */
export type BigFile = { size: number; sha256: string; read: (start: number, end: number) => Generator<Buffer> };

/** Makes a file of so many bytes, in which no two pieces are alike. */
export function bigFile(size: number): BigFile {
  const noise = Buffer.concat(
    Array.from({ length: pieceBytes / 64 }, (_, index) => createHash('sha512').update(String(index)).digest()),
  );
  function* read(start: number, end: number) {
    for (let offset = start; offset < end; ) {
      const piece = Buffer.from(noise);
      piece.writeUInt32BE(Math.floor(offset / pieceBytes));
      const from = offset % pieceBytes;
      const taken = piece.subarray(from, Math.min(pieceBytes, from + end - offset));
      offset += taken.length;
      yield taken;
    }
  }
  const hash = createHash('sha256');
  for (const piece of read(0, size)) hash.update(piece);
  return { size, sha256: hash.digest('hex'), read };
}

/** Sends bytes by PUT, and returns the ETag; `cut` ends the connection half-way, and nothing is returned. */
export async function putBytes(
  url: string,
  pieces: Iterable<Buffer>,
  { length, cut = false }: { length: number; cut?: boolean },
): Promise<string | undefined> {
  const request = send(url, { method: 'PUT', headers: { 'content-length': length } });
  const cutAfter = cut ? length / 2 : Number.POSITIVE_INFINITY;
  const answered = answerOf(request);
  if (!(await write(request, pieces, cutAfter))) {
    request.destroy();
    await answered.catch(() => undefined);
    return undefined;
  }
  request.end();
  const { status, headers, body } = await answered;
  if (status !== 200) throw new Error(`PUT answered ${status}: ${body}`);
  return headers.etag ?? '';
}

/** Sends a file by a form, its fields first, and returns the status. */
export async function postBytes(
  { url, fields }: { url: string; fields: Readonly<Record<string, string>> },
  file: BigFile,
): Promise<number> {
  const boundary = 'feedbridge-big-file';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const disposition = 'content-disposition: form-data; name="file"; filename="big.bin"';
  const head = Buffer.from(`${parts.join('')}--${boundary}\r\n${disposition}\r\ncontent-type: text/plain\r\n\r\n`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': head.length + file.size + tail.length,
  };
  const request = send(url, { method: 'POST', headers });
  const answered = answerOf(request);
  request.write(head);
  await write(request, file.read(0, file.size), Number.POSITIVE_INFINITY);
  request.end(tail);
  return (await answered).status;
}

/** Reads what lies at an address through, and returns its SHA-256. */
export async function hashOf(url: string): Promise<string> {
  const response = await fetch(url);
  const hash = createHash('sha256');
  for await (const piece of response.body ?? []) hash.update(piece);
  return hash.digest('hex');
}

/** Whether all was written before the limit. */
async function write(request: ClientRequest, pieces: Iterable<Buffer>, limit: number): Promise<boolean> {
  let written = 0;
  for (const piece of pieces) {
    if (written >= limit) return false;
    written += piece.length;
    if (!request.write(piece)) await once(request, 'drain');
  }
  return true;
}

async function answerOf(request: ClientRequest) {
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new Error('there was no answer');
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}
