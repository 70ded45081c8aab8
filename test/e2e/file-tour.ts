import { expect, vi } from 'vitest';
import * as z from 'zod';
import { AddedFile } from '../../functions/kit/upload-schemas.ts';
import { declaredForm, declaredParts, postForm } from '../file-project.ts';
import type { ReceivingServer } from '../receiving-server.ts';
import { drainAll, type Engines, sendNonsense } from './drain-overdue.ts';
import type { StackCalls } from './stack-calls.ts';
import { storePendingFile } from './stack-table.ts';

const File = z.object({ endpoint: z.string() });
const Created = z.object({ ticket: z.object({ id: z.string() }), files: z.tuple([File, File]) });
const Ticket = z.object({
  attachments: z.array(z.object({ id: z.string(), fileName: z.string(), state: z.string() })),
});

/** How long to wait for what the stack does by itself, in milliseconds. */
const patience = { timeout: 20_000, interval: 50 };
const partBytes = 16 * 1_048_576;

/** A ticket that files are added to, and what its sender can do with the capability alone. */
type FileCalls = {
  ticket: string;
  /** Declares a file, or sends it as a form. */
  add: (body: object | FormData) => Promise<z.infer<typeof AddedFile>>;
  /** Waits until a file has come as far as it says. */
  until: (fileName: string, state: string) => Promise<string>;
};

/** Takes files through every way in and out: by form, in parts, directly, aborted, rejected, expired, told of, opened, deleted. */
export async function sendFiles(calls: StackCalls, engines: Engines, slack: ReceivingServer): Promise<void> {
  await sendNonsense(engines);
  await tellOfFiles(calls, slack.origin);
  const files = await openTicket(calls);
  await sendInParts(calls, files);
  await sendDirectly(files);
  await rejectOne(files);
  await openLink(calls, files, slack);
  const gone = await files.until('parts.bin', 'stored');
  const path = { ticket: files.ticket, attachment: gone };
  expect((await fetch((await calls.call(302, 'download-attachment', { path })).location)).status).toBe(200);
  await calls.call(204, 'delete-attachment', { path });
  await runOverFiles(calls, files);
  await addLater(calls, files);
  await expireOne(files, engines);
  await deleteTicket(calls, files);
}

/** With its files, and with what was sent for it in bodies of their own. */
async function deleteTicket({ call }: StackCalls, { ticket }: FileCalls): Promise<void> {
  const { json } = await call(202, 'delete-ticket', { path: { ticket } });
  const { id: run } = z.object({ id: z.string() }).parse(json);
  await vi.waitFor(async () => {
    expect((await call(200, 'get-run', { path: { run } })).json).toMatchObject({ state: 'done', failed: 0 });
  }, patience);
  await call(404, 'get-ticket', { path: { ticket } });
}

async function openTicket(calls: StackCalls): Promise<FileCalls> {
  const { ticket, files } = Created.parse(
    await calls.report('appcrashlog', { summary: 'With files', severity: 'Low' }),
  );
  const { endpoint } = files[1];
  return {
    ticket: ticket.id,
    add: async (body) => {
      if (body instanceof FormData) {
        return AddedFile.parse(await (await fetch(endpoint, { method: 'POST', body })).json());
      }
      const path = { source: 'appcrashlog', ticket: ticket.id, parameter: 'crashLog' };
      const { search: query } = new URL(endpoint);
      return AddedFile.parse((await calls.call(201, 'receive-file', { path, query, body })).json);
    },
    until: async (fileName, state) =>
      await vi.waitFor(async () => {
        const { attachments } = Ticket.parse(
          (await calls.call(200, 'get-ticket', { path: { ticket: ticket.id } })).json,
        );
        const found = attachments.find((attachment) => attachment.fileName === fileName);
        expect(found).toMatchObject({ state });
        return found?.id ?? '';
      }, patience),
  };
}

async function sendInParts({ call }: StackCalls, { ticket, add, until }: FileCalls): Promise<void> {
  const declaration = { contentType: 'text/plain', size: partBytes + 1, multipart: true };
  const added = await add({ ...declaration, fileName: 'parts.bin' });
  const { sign, ...upload } = declaredParts(added);
  const path = { source: 'appcrashlog', ticket, parameter: 'crashLog', attachment: added.attachment.id };
  const query = new URL(sign).search;
  await call(200, 'sign-parts', { path, query, body: { parts: [1, 2] } });
  const parts = [];
  for (const { number, url } of upload.parts) {
    const body = Buffer.alloc(number === 1 ? partBytes : 1, String(number));
    const { headers } = await fetch(url, { method: 'PUT', body });
    parts.push({ number, etag: headers.get('etag') ?? '' });
  }
  await call(200, 'list-parts', { path, query });
  await call(200, 'complete-upload', { path, query, body: { parts } });
  await until('parts.bin', 'stored');
  const second = await add({ ...declaration, fileName: 'aborted.bin' });
  const aborted = { path: { ...path, attachment: second.attachment.id } };
  await call(204, 'abort-upload', { ...aborted, query: new URL(declaredParts(second).abort).search });
}

async function sendDirectly({ add, until }: FileCalls): Promise<void> {
  const form = new FormData();
  form.append('file', new Blob(['directly']), 'direct.txt');
  expect((await add(form)).attachment.state).toBe('stored');
  await until('direct.txt', 'stored');
}

/** What was sent is not what was declared, and it was to come in parts as well. */
async function rejectOne({ add, until }: FileCalls): Promise<void> {
  const added = await add({ fileName: 'short.txt', contentType: 'text/plain', size: 99 });
  expect((await postForm(declaredForm(added), 'too short')).status).toBe(204);
  await until('short.txt', 'rejected');
}

/** A macro told of the files by a link, which leads to one of them. */
async function openLink({ call }: StackCalls, { ticket }: FileCalls, slack: ReceivingServer): Promise<void> {
  const told = (body: string) => body.includes(ticket) && body.includes('direct.txt: http');
  await slack.until((received) => received.some(({ body }) => told(body)));
  const { body = '' } = slack.received.find((request) => told(request.body)) ?? {};
  const [, capability = ''] = /direct\.txt: http[^\s"]+\/f\/([A-Za-z0-9_-]+)/.exec(body) ?? [];
  const { location } = await call(302, 'open-file', { path: { capability } });
  expect((await fetch(location)).status).toBe(200);
}

/** A run over what a filter finds is worked by pages. */
async function runOverFiles({ call }: StackCalls, { ticket }: FileCalls): Promise<void> {
  const where = { field: 'ticket.id', op: 'equals', value: ticket };
  const started = await call(202, 'start-run', { path: { macro: 'tell-files' }, body: { where } });
  const { id: run } = z.object({ id: z.string() }).parse(started.json);
  await vi.waitFor(async () => {
    expect((await call(200, 'get-run', { path: { run } })).json).toMatchObject({ state: 'done', done: 1 });
  }, patience);
}

/** What the app adds to its ticket later is told of as files are. */
async function addLater({ call, asApp }: StackCalls, { ticket }: FileCalls): Promise<void> {
  const { text, etag } = await call(200, 'get-document');
  const filter = '{"field":"attachments","op":"changed"}';
  const told = text.replace(filter, `{"any":[${filter},{"field":"occurrences","op":"changed"}]}`);
  await call(200, 'put-document', { body: told, headers: { 'if-match': etag } });
  const path = { source: 'appcrashlog', ticket };
  await asApp(200, 'change-feedback', { path, body: { occurrences: 12 } });
  const once = { path, body: { text: 'Again' }, headers: { 'idempotency-key': 'again' } };
  await asApp(201, 'comment-on-feedback', once);
  await asApp(201, 'comment-on-feedback', once);
  await asApp(404, 'comment-on-feedback', { path: { ...path, ticket: 'BUG-9999' }, body: { text: 'Nowhere' } });
}

/** One in parts whose time is over: the tick has it seen to. */
async function expireOne({ ticket, until }: FileCalls, engines: Engines): Promise<void> {
  await storePendingFile(engines, { project: 'apollo', ticket, fileName: 'late.bin' });
  await drainAll(engines);
  await until('late.bin', 'rejected');
}

/** Every file that comes is told of in a body that is too large for its delivery's item. */
async function tellOfFiles({ call }: StackCalls, origin: string): Promise<void> {
  const { text, etag } = await call(200, 'get-document');
  const body = `{ "text": "((ticket.id)) ((attachments)) ${'y'.repeat(9_000)}" }`;
  const action = { kind: 'webhook', method: 'POST', url: `${origin}/files`, contentType: 'json', body };
  const macro = { key: 'tell-files', name: 'Tell', target: 'feedback', feedbackType: 'issues', actions: [action] };
  const filter = { field: 'attachments', op: 'changed' };
  const automation = { key: 'on-file', trigger: 'modify', feedbackType: 'issues', filter, macro: 'tell-files' };
  const changed = text
    .replace('"macros":[', `"macros":[${JSON.stringify(macro)},`)
    .replace('"automations":[', `"automations":[${JSON.stringify(automation)},`);
  await call(200, 'put-document', { body: changed, headers: { 'if-match': etag } });
}
