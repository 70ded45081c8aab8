import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { Field } from '../../core/document/schema-feedback-types.ts';
import { test } from '../engines.ts';
import { declaredForm, fileProject, keyOfForm, postForm } from '../file-project.ts';
import { findOutside } from '../policy-check.ts';
import { replaceDocument } from '../project.ts';

const content = 'what the app has to say of its crash\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const declared = { fileName: 'crash.log', contentType: 'text/plain', size: content.length, sha256 };

describe('a ready form of the answer that created the ticket', () => {
  test('needs no record before its object is there', async ({ engines }) => {
    const { report, arrived, attachments, history, get } = await fileProject(engines);
    const { ticket, screenshot } = await report();
    expect((await postForm(screenshot.upload, content, { name: 'Bild – 1.png' })).status).toBe(204);
    expect(await attachments(ticket)).toEqual([]);
    expect(await arrived(keyOfForm(screenshot.upload))).toBe('stored');
    expect(await attachments(ticket)).toEqual([
      {
        id: keyOfForm(screenshot.upload).split('/').at(-1),
        field: 'screenshot',
        fileName: 'Bild – 1.png',
        contentType: 'application/octet-stream',
        size: content.length,
        state: 'stored',
        createdAt: '2026-11-21T09:00:00.000Z',
        storedAt: '2026-11-21T09:00:00.000Z',
      },
    ]);
    expect(await history(ticket)).toMatchObject([
      {
        version: 2,
        cause: { kind: 'upload', key: expect.any(String) },
        changes: [
          { path: 'attachments', to: { fileName: 'Bild – 1.png', size: content.length } },
          { path: 'field.screenshot', to: 'Bild – 1.png' },
        ],
      },
    ]);
    expect(await get('')).toMatchObject({ storage: { files: 1, bytes: content.length } });
  });

  test('of a field that was added a moment ago is settled by the newest configuration', async ({ engines }) => {
    const { report, arrived, document, project, table, attachments } = await fileProject(engines, { freshMs: 60_000 });
    const { ticket, screenshot } = await report();
    await postForm(screenshot.upload, content);
    await arrived(keyOfForm(screenshot.upload));
    const [issues] = document.feedbackTypes;
    issues?.fields.push(Field.parse({ key: 'video', label: 'Video', kind: 'attachment' }));
    await replaceDocument(table, project, document);
    const key = `${keyOfForm(screenshot.upload).replace('/screenshot/', '/video/')}2`;
    await postForm({ ...screenshot.upload, fields: { ...screenshot.upload.fields, key } }, content);
    expect(await arrived(key)).toBe('stored');
    expect(await attachments(ticket)).toMatchObject([{ field: 'screenshot' }, { field: 'video' }]);
  });

  test('may say what its file is, and is called after its field where it does not', async ({ engines }) => {
    const { report, arrived, attachments, clock } = await fileProject(engines);
    const { ticket, screenshot, crashLog } = await report();
    await postForm(screenshot.upload, content, { fields: { 'Content-Type': 'image/png' }, name: 'a.png' });
    await postForm(crashLog.upload, content, { fields: { 'x-amz-meta-file-name': '' } });
    await arrived(keyOfForm(screenshot.upload));
    clock.advance(1);
    await arrived(keyOfForm(crashLog.upload));
    expect(await attachments(ticket)).toMatchObject([
      { fileName: 'a.png', contentType: 'image/png' },
      { fileName: 'crash-log', field: 'crash-log' },
    ]);
  });

  test('is signed for no other size, key or type than it says', async ({ engines }) => {
    const { report, declare, clock } = await fileProject(engines);
    const { screenshot, crashLog } = await report();
    const now = new Date(clock.now()).toISOString();
    const bucket = engines.bucketName;
    const ready = { bucket, fields: screenshot.upload.fields, bytes: 2_147_483_648, now };
    expect(findOutside(ready)).toEqual([]);
    expect(findOutside({ ...ready, bytes: 2_147_483_649 })).toEqual(['size']);
    expect(findOutside({ ...ready, bytes: 0 })).toEqual(['size']);
    const key = 'attachments/other/BUG-0001/screenshot/x';
    expect(findOutside({ ...ready, fields: { ...ready.fields, key } })).toEqual(['key']);
    expect(findOutside({ ...ready, bucket: 'another' })).toEqual(['bucket']);
    expect(findOutside({ ...ready, fields: { ...ready.fields, acl: 'public-read' } })).toEqual(['acl']);
    expect(findOutside({ ...ready, now: '2026-11-21T10:00:00.000Z' })).toEqual(['expiration']);

    const { added } = await declare(crashLog.endpoint, declared);
    const exact = { bucket, fields: declaredForm(added).fields, bytes: content.length, now };
    expect(findOutside(exact)).toEqual([]);
    expect(findOutside({ ...exact, bytes: content.length + 1 })).toEqual(['size']);
    expect(findOutside({ ...exact, bytes: content.length - 1 })).toEqual(['size']);
    expect(findOutside({ ...exact, fields: { ...exact.fields, key } })).toEqual(['key']);
    const typed = { ...exact.fields, 'Content-Type': 'text/html' };
    expect(findOutside({ ...exact, fields: typed })).toEqual(['content-type']);
    const hashed = { ...exact.fields, 'x-amz-checksum-sha256': 'AAAA' };
    expect(findOutside({ ...exact, fields: hashed })).toEqual(['x-amz-checksum-sha256']);
  });
});
