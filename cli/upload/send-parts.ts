import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { Failure, messageOf } from '../failure.ts';
import type { Progress } from '../progress.ts';
import { Attachment, callUpload, Listed, type PartsUpload, Signed } from './calls.ts';

/** Parts that are signed together, of which so many are sent at once. */
const signedAtOnce = 8;
const sentAtOnce = 3;
/** Tries to send one part, and the wait before the second; it doubles. */
const mostTries = 5;
const firstWaitMs = 500;

/** A file that is sent in parts. */
export type PartsJob = { upload: PartsUpload; file: Blob; progress: Progress; signal: AbortSignal };

const Completed = z.object({ attachment: Attachment });

/** Sends the parts that are not there yet, and puts them together. */
export async function sendParts(job: PartsJob): Promise<Attachment> {
  const { upload, signal } = job;
  const before = await callUpload(upload.list, Listed, { method: 'GET', signal });
  // Without parts, none is missing: it has come to its end already.
  if (before.parts === undefined) return before.attachment;
  await sendMissing(job, new Set(before.parts.map(({ number }) => number)));
  const { parts = [] } = await callUpload(upload.list, Listed, { method: 'GET', signal });
  const json = { parts: parts.map(({ number, etag }) => ({ number, etag })) };
  return (await callUpload(upload.complete, Completed, { json, signal })).attachment;
}

async function sendMissing({ upload, file, progress, signal }: PartsJob, there: ReadonlySet<number>): Promise<void> {
  const { partSize } = upload;
  const count = Math.ceil(file.size / partSize);
  const missing = Array.from({ length: count }, (_, place) => place + 1).filter((number) => !there.has(number));
  const sizeOf = (number: number) => Math.min(partSize, file.size - (number - 1) * partSize);
  let sent = file.size - missing.reduce((sum, number) => sum + sizeOf(number), 0);
  const show = () => progress.show(toMebibytes(sent), toMebibytes(file.size));
  show();
  for (let start = 0; start < missing.length; start += signedAtOnce) {
    const batch = missing.slice(start, start + signedAtOnce);
    await eachAtOnce(batch, async (number) => {
      const begin = (number - 1) * partSize;
      await sendPart({ upload, number, part: file.slice(begin, begin + sizeOf(number)), signal });
      sent += sizeOf(number);
      show();
    });
  }
}

/** Sends one part, by an address that is signed afresh for each try. */
async function sendPart(job: { upload: PartsUpload; number: number; part: Blob; signal: AbortSignal }): Promise<void> {
  const { upload, number, part, signal } = job;
  for (let tries = 1; ; tries += 1) {
    const { parts } = await callUpload(upload.sign, Signed, { json: { parts: [number] }, signal });
    const refused = await put(parts[0]?.url ?? '', part, signal);
    if (refused === undefined) return;
    if (tries === mostTries) {
      throw new Failure('unreachable', `Part ${number} could not be sent: ${refused}.`, {
        lines: ['What has been sent is kept: the same command goes on from there.'],
      });
    }
    await wait(firstWaitMs * 2 ** (tries - 1), undefined, { signal });
  }
}

/** Undefined where the bucket has taken it, and why not otherwise. */
async function put(url: string, body: Blob, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: 'PUT', body, signal });
    await response.body?.cancel();
    return response.ok ? undefined : `the bucket answered ${response.status}`;
  } catch (error) {
    if (signal.aborted) throw error;
    return messageOf(error);
  }
}

/** Does something for all, several at once, and lets the first failure end it. */
async function eachAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const workers = Array.from({ length: Math.min(sentAtOnce, left.length) }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  });
  await Promise.all(workers);
}

function toMebibytes(bytes: number): number {
  return Math.round(bytes / 1024 / 102.4) / 10;
}
