import { createHash } from 'node:crypto';
import type { Browser, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import * as z from 'zod';
import { startStack } from '../../local/stack.ts';
import type { Stack } from '../../local/stack-options.ts';
import { startChromium } from './chromium.ts';
import { temporaryFolder } from './running-stack.ts';
import { stackCalls } from './stack-calls.ts';
import { openUploadPage, writeSample } from './upload-page.ts';

const mebibyte = 1_048_576;
const folder = temporaryFolder();
const Shown = z.object({ attachments: z.array(z.looseObject({ id: z.string() })) });
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  const { browser: started, stop } = await startChromium();
  browser = started;
  return stop;
});

beforeAll(async () => {
  stack = await startStack({
    assemblyDir: inject('assemblyDir'),
    environment: (_, environment) =>
      'UPLOAD_URL_SECONDS' in environment ? { ...environment, UPLOAD_URL_SECONDS: '4' } : environment,
  });
  return stack.stop;
});

afterAll(() => folder.remove());

async function attachmentsOf(ticket: string) {
  const { json } = await stackCalls(stack.localJson).call(200, 'get-ticket', { path: { ticket } });
  return Shown.parse(json).attachments;
}

/** Downloads the ticket's only file as the administrator. */
async function hashOfDownload(ticket: string): Promise<string> {
  const [attachment] = await attachmentsOf(ticket);
  const { api, token } = stack.localJson;
  const address = `${api}/admin/v1/projects/apollo/tickets/${ticket}/attachments/${attachment?.id}`;
  const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  return createHash('sha256')
    .update(await response.bytes())
    .digest('hex');
}

/** The parts that a page tried to send, in order. */
function sentParts(requests: readonly Request[]): { number: string | null; address: string }[] {
  const puts = requests.filter((request) => request.method() === 'PUT');
  return puts.map((request) => {
    const address = request.url();
    return { number: new URL(address).searchParams.get('partNumber'), address };
  });
}

/** Waits until the bucket refuses an address because it has ended; asking is harmless, for it is good for a PUT alone. */
async function untilEnded(address: string): Promise<void> {
  const ask = async () => {
    const response = await fetch(address);
    return { status: response.status, text: await response.text() };
  };
  await expect
    .poll(ask, { timeout: 30_000 })
    .toEqual({ status: 403, text: expect.stringContaining('Request has expired') });
}

test('the Uppy page paused for longer than a URL lives, then resumed to the end, in Chromium', async () => {
  const { report, holdPart, requests, complaints, picture, page } = await openUploadPage(browser, stack.localJson);
  const file = writeSample(folder.path, 'trace.bin', 40 * mebibyte);
  const second = await holdPart(2);
  const row = await report(file, { inParts: true });
  const address = await second.asked;
  await row.press('Pause');
  await row.says('paused');
  expect(await row.percentage()).toBe(40);
  await picture('paused');
  await untilEnded(address);
  await second.release();
  const sentBefore = sentParts(requests);
  await row.press('Resume');
  await row.says('stored');
  await picture('finished');

  expect(sentBefore.map(({ number }) => number)).toEqual(['1', '2']);
  const sentAfter = sentParts(requests).slice(sentBefore.length);
  expect(new Set(sentAfter.map(({ number }) => number))).toEqual(new Set(['2', '3']));
  expect(sentAfter.map((part) => part.address)).not.toContain(address);
  expect(requests.filter((request) => 'x-api-key' in request.headers())).toHaveLength(1);
  expect(complaints).toEqual([]);
  expect(await attachmentsOf(row.ticket)).toMatchObject([{ fileName: file.name, state: 'stored', size: file.size }]);
  expect(await hashOfDownload(row.ticket)).toBe(file.sha256);
  await page.close();
});

test('a part whose URL ends on its way is sent again under a fresh one', async () => {
  const { report, holdPart, requests, page } = await openUploadPage(browser, stack.localJson);
  const file = writeSample(folder.path, 'late.bin', 20 * mebibyte);
  const first = await holdPart(1);
  const row = await report(file, { inParts: true });
  await untilEnded(await first.asked);
  await first.release();
  await row.says('stored');
  const [refused, again] = sentParts(requests);
  expect([refused?.number, again?.number]).toEqual(['1', '1']);
  expect(again?.address).not.toBe(refused?.address);
  expect(await hashOfDownload(row.ticket)).toBe(file.sha256);
  await page.close();
});

test('the Uppy page sends a small image in one form', async () => {
  const { report, requests, complaints, page } = await openUploadPage(browser, stack.localJson);
  const file = writeSample(folder.path, 'screen.png', 3 * mebibyte);
  const row = await report(file);
  await row.says('stored');
  expect(sentParts(requests)).toEqual([]);
  expect(complaints).toEqual([]);
  const [attachment] = await attachmentsOf(row.ticket);
  expect(attachment).toMatchObject({ field: 'screenshot', contentType: 'image/png', state: 'stored', size: file.size });
  expect(await hashOfDownload(row.ticket)).toBe(file.sha256);
  await page.close();
});

test('a file that is cancelled on the Uppy page leaves nothing with its ticket', async () => {
  const { report, holdPart, page } = await openUploadPage(browser, stack.localJson);
  const file = writeSample(folder.path, 'unwanted.bin', 20 * mebibyte);
  const second = await holdPart(2);
  const row = await report(file, { inParts: true });
  await second.asked;
  expect(await attachmentsOf(row.ticket)).toMatchObject([{ state: 'pending' }]);
  await row.press('Cancel');
  await row.says('cancelled');
  await expect.poll(async () => await attachmentsOf(row.ticket)).toEqual([]);
  await second.release();
  await page.close();
});
