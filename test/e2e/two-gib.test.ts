import { beforeAll, describe, expect, inject, test, vi } from 'vitest';
import * as z from 'zod';
import { AddedFile } from '../../functions/kit/upload-schemas.ts';
import { startStack } from '../../local/stack.ts';
import type { Stack } from '../../local/stack-options.ts';
import { declaredForm, declaredParts } from '../file-project.ts';
import { type BigFile, bigFile, hashOf, postBytes, putBytes } from './big-file.ts';
import { type StackCalls, stackCalls } from './stack-calls.ts';

const size = 2_147_483_648;
/** Parts that are sent before a connection is cut, half-way through the next. */
const cuts = [40, 41, 30];
/** Reading 2 GiB through and joining its parts takes a while on two busy cores. */
const patience = { timeout: 180_000, interval: 250 };

const Endpoint = z.object({ endpoint: z.string() });
const Created = z.object({ ticket: z.object({ id: z.string() }), files: z.tuple([Endpoint, Endpoint]) });
const Signed = z.object({ parts: z.array(z.object({ number: z.int(), url: z.string() })) });
const Listed = z.object({ parts: z.array(z.object({ number: z.int(), etag: z.string() })) });

let stack: Stack;
let calls: StackCalls;
let file: BigFile;

beforeAll(async () => {
  stack = await startStack({ assemblyDir: inject('assemblyDir') });
  calls = stackCalls(stack.localJson);
  file = bigFile(size);
  return stack.stop;
});

describe('a 2 GiB file', () => {
  test('through the local stack by multipart, cut off three times and resumed, has the same SHA-256', async () => {
    const { ticket, endpoint } = await createTicket();
    const added = await declare(endpoint, { multipart: true });
    const upload = declaredParts(added);
    const count = size / upload.partSize;
    for (const limit of [...cuts, count]) {
      const { parts: there } = Listed.parse(await ask(upload.list));
      const known = new Set(there.map(({ number }) => number));
      const missing = Array.from({ length: count }, (_, index) => index + 1).filter((number) => !known.has(number));
      await sendParts(upload, missing, limit);
    }
    const { parts } = Listed.parse(await ask(upload.list));
    expect(parts).toHaveLength(count);
    await ask(upload.complete, { parts: parts.map(({ number, etag }) => ({ number, etag })) });
    await stored(ticket, added.attachment.id);
    const path = { ticket, attachment: added.attachment.id };
    const { location } = await calls.call(302, 'download-attachment', { path });
    expect(await hashOf(location)).toBe(file.sha256);
    await calls.call(204, 'delete-attachment', { path });
  });

  test('by a single POST has the declared SHA-256 as well', async () => {
    const { ticket, endpoint } = await createTicket();
    const added = await declare(endpoint, { multipart: false });
    expect(await postBytes(declaredForm(added), file)).toBe(204);
    await stored(ticket, added.attachment.id);
  });
});

async function createTicket(): Promise<{ ticket: string; endpoint: string }> {
  const { ticket, files } = Created.parse(await calls.report('appcrashlog', { summary: 'A dump', severity: 'Low' }));
  return { ticket: ticket.id, endpoint: files[1].endpoint };
}

async function declare(endpoint: string, how: { multipart: boolean }) {
  const declaration = { fileName: 'dump.bin', contentType: 'application/octet-stream', size, sha256: file.sha256 };
  return AddedFile.parse(await ask(endpoint, { ...declaration, ...how }));
}

/** Sends parts with freshly signed addresses until the limit, where the connection is cut half-way through the next part. */
async function sendParts(upload: ReturnType<typeof declaredParts>, numbers: number[], limit: number): Promise<void> {
  const { parts } = Signed.parse(await ask(upload.sign, { parts: numbers }));
  for (const [place, { number, url }] of parts.entries()) {
    const start = (number - 1) * upload.partSize;
    const length = upload.partSize;
    const cut = place === limit;
    const etag = await putBytes(url, file.read(start, start + length), { length, cut });
    expect(etag === undefined).toBe(cut);
    if (cut) return;
  }
}

async function stored(ticket: string, id: string): Promise<void> {
  await vi.waitFor(async () => {
    const { json } = await calls.call(200, 'get-ticket', { path: { ticket } });
    const attachment = Object(json).attachments.find((candidate: { id: string }) => candidate.id === id);
    expect(attachment).toMatchObject({ state: 'stored', size, sha256: file.sha256 });
  }, patience);
}

/** Asks an address of ours without any key. */
async function ask(url: string, body?: object): Promise<unknown> {
  const headers = { connection: 'close', 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(url, { headers, ...sent });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
