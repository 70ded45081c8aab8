import type { IncomingMessage } from 'node:http';
import { openCursor, textOf } from './byte-cursor.ts';

/** Long enough for a chunk's size and its signature; trailers are checksums. */
const maxLineBytes = 1000;

/** The bytes that a request means: where SDKs send a stream in chunks of their own (S3 API, "aws-chunked"), what lies in them. */
export function contentOf(request: IncomingMessage): AsyncIterable<Buffer> {
  const isChunked = String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-');
  return isChunked ? readChunks(request.iterator()) : request;
}

/** The headers of an object without the coding that was only for its way here. */
export function withoutChunking(metadata: Readonly<Record<string, string | number>>): object {
  const { 'content-encoding': encoding, ...others } = metadata;
  const codings = String(encoding ?? '').split(/\s*,\s*/);
  const kept = codings.filter((coding) => coding !== '' && coding !== 'aws-chunked').join(',');
  return kept === '' ? others : { ...others, 'content-encoding': kept };
}

async function* readChunks(body: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  const malformed = () => new Error('The chunks of the body are malformed');
  const cursor = openCursor(body, malformed);
  const readLine = () => textOf(cursor.until('\r\n'), maxLineBytes, malformed);
  for (;;) {
    const size = /^([0-9a-f]+)(;|$)/i.exec(await readLine())?.[1];
    if (size === undefined) throw malformed();
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) break;
    yield* cursor.take(bytes);
    if ((await readLine()) !== '') throw malformed();
  }
  await cursor.drain();
}
