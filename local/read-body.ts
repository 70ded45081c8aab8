import type { IncomingMessage } from 'node:http';

// A client that is still sending would lose an answer given too early, so what is too long is read and dropped, up to here.
const maxDroppedBytes = 64_000_000;

/** Reads a request's body; undefined where it is longer than allowed. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    if (bytes > maxDroppedBytes) break;
  }
  return bytes > maxBytes ? undefined : Buffer.concat(chunks);
}
