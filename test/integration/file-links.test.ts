import { describe, expect } from 'vitest';
import { Automation } from '../../core/document/schema-automations.ts';
import { Macro } from '../../core/document/schema-macros.ts';
import { type TestEngines, test } from '../engines.ts';
import { declaredForm, type FileProjectOptions, fileProject, keyOfForm, postForm } from '../file-project.ts';
import { sender } from '../send.ts';

const day = 24 * 60 * 60 * 1_000;
const tell = Macro.parse({
  key: 'tell-files',
  name: 'Tell of files',
  target: 'feedback',
  feedbackType: 'issues',
  actions: [
    {
      kind: 'webhook',
      method: 'POST',
      url: 'http://127.0.0.1:9/files',
      contentType: 'json',
      body: '{ "files": ((attachments)), "text": "Files: ((attachments))", "shot": "((Screenshot | default: "none"))" }',
    },
  ],
});
const onScreenshot = Automation.parse({
  key: 'on-screenshot',
  trigger: 'modify',
  feedbackType: 'issues',
  filter: { all: [{ field: 'screenshot', op: 'changed' }] },
  macro: 'tell-files',
});
const linked = /^https:\/\/api\.example\.com\/f\/[A-Za-z0-9_-]{60,}$/;

/** A project that tells of its tickets' files when a screenshot comes. */
async function tellingProject(engines: TestEngines, options: FileProjectOptions = {}) {
  const files = await fileProject(engines, {
    ...options,
    change: (document) => {
      document.macros.push(tell);
      document.automations = [onScreenshot];
    },
  });
  const { deliveries, close } = sender(engines, files.project, files.clock);
  return {
    ...files,
    /** What the webhooks say that were set off, oldest first. */
    async told(): Promise<Record<string, unknown>[]> {
      const found = await deliveries();
      close();
      return found
        .reverse()
        .map(({ request }) =>
          JSON.parse((request?.body ?? []).map((part) => ('text' in part ? part.text : '')).join('')),
        );
    },
    /** Has a screenshot come by the ready form. */
    async shoot(ready: { upload: Parameters<typeof postForm>[0] }, content = 'pixels') {
      await postForm(ready.upload, content, { name: 'shot.png' });
      await files.arrived(keyOfForm(ready.upload));
      return keyOfForm(ready.upload);
    },
  };
}

describe('((attachments))', () => {
  test('gives names, sizes and links that work for 7 days, or says why not', async ({ engines }) => {
    const { report, declare, shoot, told, call, clock } = await tellingProject(engines);
    const { crashLog, screenshot } = await report();
    await declare(crashLog.endpoint, { fileName: 'trace.txt', contentType: 'text/plain', size: 9 });
    clock.advance(1);
    await shoot(screenshot);
    const [body] = await told();
    expect(body).toEqual({
      files: [
        { name: 'trace.txt', size: 9, reason: 'It has not arrived yet.' },
        { name: 'shot.png', size: 6, url: expect.stringMatching(linked) },
      ],
      text: expect.stringMatching(/^Files: trace\.txt \(It has not arrived yet\.\), shot\.png: https:\S+$/),
      shot: expect.stringMatching(/^shot\.png: https:\S+$/),
    });
    const { url } = Object(body).files[1];
    clock.advance(7 * day - 1);
    const opened = await call(url, { method: 'GET' });
    expect([opened.status, opened.headers['cache-control']]).toEqual([302, 'no-store']);
    const file = await fetch(opened.headers.location ?? '');
    expect([file.status, await file.text()]).toEqual([200, 'pixels']);
    expect(file.headers.get('content-type')).toBe('application/octet-stream');
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="shot.png"; filename*=UTF-8''shot.png`);
    clock.advance(1);
    expect(await call(url, { method: 'GET' })).toMatchObject({
      status: 404,
      json: { description: 'This link has expired: links to files work for 7 days.' },
    });
  });

  test('names a file that was declared once, with its link when it has come', async ({ engines }) => {
    const { report, declare, arrived, told } = await tellingProject(engines);
    const { screenshot } = await report();
    const { added } = await declare(screenshot.endpoint, { fileName: 'a.png', contentType: 'image/png', size: 6 });
    await postForm(declaredForm(added), 'pixels');
    await arrived(keyOfForm(declaredForm(added)));
    expect(await told()).toMatchObject([{ files: [{ name: 'a.png', url: expect.stringMatching(linked) }] }]);
    expect(Object((await told())[0]).files).toHaveLength(1);
  });

  test('names the one of two files of the same name that is left', async ({ engines }) => {
    const { report, declare, arrived, told, ask, project, attachments, call, clock } = await tellingProject(engines);
    const { ticket, screenshot } = await report();
    for (const content of ['first!', 'second']) {
      const { added } = await declare(screenshot.endpoint, { fileName: 'a.png', contentType: 'image/png', size: 6 });
      await postForm(declaredForm(added), content);
      await arrived(keyOfForm(declaredForm(added)));
      clock.advance(1);
    }
    const [, second] = await attachments(ticket);
    await ask('DELETE', `/projects/${project}/tickets/${ticket}/attachments/${String(second?.id)}`);
    const [file, ...others] = Object((await told()).at(-1)).files;
    expect(others).toEqual([]);
    const { headers } = await call(file.url, { method: 'GET' });
    expect(await (await fetch(headers.location ?? '')).text()).toBe('first!');
  });

  test('is empty where there is no file', async ({ engines }) => {
    const { project, report, ask } = await tellingProject(engines);
    const { ticket } = await report();
    const template = { template: '{"files": ((attachments))}', context: 'json', ticket };
    const { json } = await ask('POST', `/projects/${project}/tags/preview`, { body: template });
    expect(JSON.stringify(json)).toContain('{\\"files\\": null}');
  });
});

describe('the arrival of a file', () => {
  test('is seen by the ticket’s history and its modify automations, those of the other field not', async ({
    engines,
  }) => {
    const { report, shoot, told, history, arrived } = await tellingProject(engines);
    const { ticket, crashLog, screenshot } = await report();
    await postForm(crashLog.upload, 'trace');
    await arrived(keyOfForm(crashLog.upload));
    expect(await told()).toEqual([]);
    await shoot(screenshot);
    expect(await told()).toHaveLength(1);
    expect(await history(ticket)).toMatchObject([
      { version: 2, cause: { kind: 'upload' }, changes: [{}, { path: 'field.crash-log' }] },
      { version: 3, cause: { kind: 'upload' }, changes: [{}, { path: 'field.screenshot' }] },
    ]);
  });
});

describe('a link', () => {
  test('ends when its file is deleted', async ({ engines }) => {
    const { report, shoot, told, call, ask, project, history, get, bucket, attachments, arrived } =
      await tellingProject(engines);
    const { ticket, screenshot } = await report();
    const key = await shoot(screenshot);
    const { url } = Object((await told())[0]).files[0];
    const [{ id = '' } = {}] = await attachments(ticket);
    expect((await ask('DELETE', `/projects/${project}/tickets/${ticket}/attachments/${id}`)).status).toBe(204);
    expect(await call(url, { method: 'GET' })).toMatchObject({
      status: 404,
      json: { description: 'This file was deleted, or must not be opened.' },
    });
    expect(await bucket.look({ key })).toBeUndefined();
    expect(await attachments(ticket)).toEqual([]);
    expect(await get('')).toMatchObject({ storage: { files: 0, bytes: 0 } });
    expect((await history(ticket)).find(({ version }) => version === 3)).toMatchObject({
      cause: { kind: 'person', by: 'root@example.com' },
      changes: [
        { path: 'attachments', from: { fileName: 'shot.png' } },
        { path: 'field.screenshot', from: 'shot.png' },
      ],
    });
    // What comes late raises no ghost.
    await bucket.put(key, Buffer.from('again'), 'text/plain');
    expect(await arrived(key)).toBe('ghost');
    expect(await attachments(ticket)).toEqual([]);
    expect((await ask('DELETE', `/projects/${project}/tickets/${ticket}/attachments/${id}`)).status).toBe(404);
  });

  test.for([
    ['of nobody’s making', 'abc'],
    ['that is very long', 'A'.repeat(5_000)],
  ] as const)('%s is refused with 404', async ([, capability], { engines }) => {
    const { call } = await fileProject(engines);
    expect((await call(`/f/${capability}`, { method: 'GET' })).status).toBe(404);
  });
});

describe('a download', () => {
  test('leads whoever may read the project to the file, and says why where it is not there', async ({ engines }) => {
    const { report, declare, arrived, ask, project, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, { fileName: 'a.txt', contentType: 'text/html', size: 5 });
    const path = `/projects/${project}/tickets/${ticket}/attachments/${added?.attachment.id}`;
    expect(await ask('GET', path)).toMatchObject({
      status: 409,
      json: { description: 'The file has not arrived yet.' },
    });
    await postForm(declaredForm(added), '<b/>!');
    await arrived(keyOfForm(declaredForm(added)));
    const { status, headers } = await ask('GET', path);
    expect(status).toBe(302);
    const file = await fetch(headers.location ?? '');
    expect([await file.text(), file.headers.get('content-type')]).toEqual(['<b/>!', 'application/octet-stream']);
    expect(new URL(headers.location ?? '').searchParams.get('X-Amz-Expires')).toBe('300');
    expect(await attachments(ticket)).toMatchObject([{ contentType: 'text/html' }]);
    expect((await ask('GET', path.replace(/[^/]+$/, 'nobody'))).status).toBe(404);
    expect((await ask('GET', path.replace(ticket, 'BUG-9999'))).status).toBe(404);
  });
});
