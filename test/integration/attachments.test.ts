import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { declaredForm, fileProject, keyOfForm, postForm } from '../file-project.ts';
import { findOutside } from '../policy-check.ts';

const content = 'what the app has to say of its crash\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const declared = { fileName: 'crash.log', contentType: 'text/plain', size: content.length, sha256 };
const day = 24 * 60 * 60 * 1_000;

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

describe('a file that was declared', () => {
  test('is pending until its object is there, and stored then', async ({ engines }) => {
    const { report, declare, arrived, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { status, added } = await declare(crashLog.endpoint, declared);
    expect([status, added?.attachment]).toMatchObject([201, { state: 'pending', field: 'crash-log' }]);
    const form = declaredForm(added);
    expect((await postForm(form, content)).status).toBe(204);
    expect(await attachments(ticket)).toMatchObject([{ state: 'pending' }]);
    expect(await arrived(keyOfForm(form))).toBe('stored');
    expect(await attachments(ticket)).toMatchObject([{ ...declared, state: 'stored', id: added?.attachment.id }]);
  });

  test.for<[string, string, object, string]>([
    ['too short', 'short', {}, `The file has 5 bytes, and ${content.length} were declared.`],
    [
      'too long',
      `${content}more`,
      {},
      `The file has ${content.length + 4} bytes, and ${content.length} were declared.`,
    ],
    ['another', content.toUpperCase(), {}, 'was declared.'],
    ['empty', '', {}, 'The file is empty.'],
  ])('and is %s ends rejected, and is gone from the bucket', async ([, sent, , reason], { engines }) => {
    const { report, declare, arrived, attachments, history, bucket, get } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const form = declaredForm(added);
    // S3 itself refuses what is outside of the policy; this bucket does not.
    await postForm(form, sent);
    expect(await arrived(keyOfForm(form))).toBe('rejected');
    expect(await attachments(ticket)).toMatchObject([
      { state: 'rejected', size: content.length, reason: expect.stringContaining(reason) },
    ]);
    expect(await history(ticket)).toMatchObject([
      {
        version: 1,
        cause: { kind: 'upload' },
        changes: [],
        problem: expect.stringContaining('crash.log was rejected.'),
      },
    ]);
    expect(await bucket.look({ key: keyOfForm(form) })).toBeUndefined();
    expect(await get('')).toMatchObject({ storage: { files: 0, bytes: 0 } });
  });

  test('is settled by four calls to the table, configuration known', async ({ engines }) => {
    const { report, declare, arrived, table } = await fileProject(engines, {}, 60_000);
    const { crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const form = declaredForm(added);
    await postForm(form, content);
    table.meter.read();
    expect(await arrived(keyOfForm(form))).toBe('stored');
    const { operations, tableWriteUnits, indexWriteUnits } = table.meter.read();
    expect(operations).toEqual(['GetItem', 'GetItem', 'BatchGetItem', 'TransactWriteItems']);
    // The file, the ticket, its history and the project's counter, each twice since it is a transaction.
    expect([tableWriteUnits, indexWriteUnits]).toEqual([8, 1]);
  });

  test('is settled once, whatever is told of it again and in whatever order', async ({ engines }) => {
    const { report, declare, arrived, attachments, history } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const form = declaredForm(added);
    await postForm(form, content);
    const key = keyOfForm(form);
    const both = await Promise.all([arrived(key), arrived(key)]);
    expect(both.toSorted()).toEqual(['settled-before', 'stored']);
    expect(await arrived(key)).toBe('settled-before');
    expect(await history(ticket)).toHaveLength(1);
    expect(await attachments(ticket)).toHaveLength(1);
  });

  test('that comes again after it was rejected raises no ghost', async ({ engines }) => {
    const { report, declare, arrived, attachments, bucket } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const form = declaredForm(added);
    await postForm(form, 'short');
    await arrived(keyOfForm(form));
    await postForm(form, content);
    expect(await arrived(keyOfForm(form))).toBe('ghost');
    expect(await bucket.look({ key: keyOfForm(form) })).toBeUndefined();
    expect(await attachments(ticket)).toMatchObject([{ state: 'rejected' }]);
  });

  test('is not touched by the test that S3 sends, nor by an object that is none of ours', async ({ engines }) => {
    const { settleMessage, arrived, project } = await fileProject(engines);
    expect(await settleMessage(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' }))).toEqual({
      event: 's3:TestEvent',
    });
    expect(await arrived('attachments/else')).toBe('not-ours');
    expect(await arrived(`attachments/${project}/BUG-0001/screenshot/nobody`)).toBe('absent');
  });
});

describe('an object that belongs to nothing', () => {
  test.for([
    ['a ticket that is none', 'BUG-9999/screenshot'],
    ['a field that is none', 'BUG-0001/nothing'],
    ['a field that is no attachment', 'BUG-0001/summary'],
  ])('but to %s is removed', async ([, place], { engines }) => {
    const { report, arrived, attachments, bucket, project } = await fileProject(engines);
    const { ticket } = await report();
    const key = `attachments/${project}/${place}/abc`;
    await bucket.put(key, Buffer.from('x'), 'text/plain');
    expect(await arrived(key)).toBe('orphan');
    expect(await bucket.look({ key })).toBeUndefined();
    expect(await attachments(ticket)).toEqual([]);
  });
});

describe('a file that comes with the call', () => {
  const boundary = 'x-boundary';
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const part = (disposition: string, text: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\ncontent-type: text/plain\r\n\r\n${text}\r\n`;
  const end = `--${boundary}--\r\n`;

  test('is stored when it is answered, and its event changes nothing', async ({ engines }) => {
    const { report, call, arrived, attachments, history, project } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const body = part('name="file"; filename="a/b.txt"', content) + end;
    const { status, json } = await call(crashLog.endpoint, { body, headers });
    expect([status, json]).toMatchObject([
      201,
      { attachment: { state: 'stored', fileName: 'ab.txt', size: content.length, contentType: 'text/plain' } },
    ]);
    const { id } = Object(json).attachment;
    expect(await arrived(`attachments/${project}/${ticket}/crash-log/${id}`)).toBe('settled-before');
    expect(await attachments(ticket)).toHaveLength(1);
    expect(await history(ticket)).toHaveLength(1);
  });

  test.for<[string, string, Record<string, string>, unknown]>([
    ['has no file', part('name="note"', 'hello') + end, headers, { errors: [{ code: 'required' }] }],
    [
      'has two files',
      part('name="a"; filename="a"', 'a') + part('name="b"; filename="b"', 'b') + end,
      headers,
      { errors: [{ code: 'duplicate_choice' }] },
    ],
    ['has an empty file', part('name="file"; filename="a"', '') + end, headers, { errors: [{ code: 'out_of_range' }] }],
    ['is no form', 'nonsense', headers, { description: expect.stringContaining('The form cannot be read') }],
    [
      'names no boundary',
      part('name="file"; filename="a"', 'a') + end,
      { 'content-type': 'multipart/form-data' },
      { description: expect.stringContaining('The form cannot be read') },
    ],
  ])('in a form that %s is refused with 400', async ([, body, sent, expected], { engines }) => {
    const { report, call, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { status, json } = await call(crashLog.endpoint, { body, headers: sent });
    expect([status, json]).toMatchObject([400, expected]);
    expect(await attachments(ticket)).toEqual([]);
  });

  test('and has more than 4 MiB is refused with 413, which says what to do', async ({ engines }) => {
    const { report, call, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    for (const bytes of [4_194_305, 4_194_305 + 65_536]) {
      const body = part('name="file"; filename="a"', 'x'.repeat(bytes)) + end;
      const { status, json } = await call(crashLog.endpoint, { body, headers });
      expect([status, json]).toMatchObject([413, { description: expect.stringContaining('declare it as JSON') }]);
    }
    const most = part('name="file"; filename="a"', 'x'.repeat(4_194_304)) + end;
    expect((await call(crashLog.endpoint, { body: most, headers })).status).toBe(201);
    expect(await attachments(ticket)).toMatchObject([{ size: 4_194_304, state: 'stored' }]);
  });
});

describe('an attachment that is pending', () => {
  test('expires after 7 days, after one last look at the bucket', async ({ engines }) => {
    const { report, declare, tend, attachments, history, clock } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const { id = '' } = added?.attachment ?? {};
    clock.advance(7 * day - 1);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'not-due' });
    clock.advance(1);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'expired' });
    expect(await attachments(ticket)).toMatchObject([{ state: 'rejected', reason: 'Nothing arrived within 7 days.' }]);
    expect(await history(ticket)).toMatchObject([
      { problem: 'crash.log was rejected. Nothing arrived within 7 days.' },
    ]);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'removed' });
  });

  test('whose event was lost is found by that look', async ({ engines }) => {
    const { report, declare, tend, attachments, clock } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    await postForm(declaredForm(added), content);
    clock.advance(7 * day);
    expect(await tend(ticket, added?.attachment.id ?? '')).toMatchObject({ outcome: 'stored' });
    expect(await attachments(ticket)).toMatchObject([{ state: 'stored' }]);
    expect(await tend(ticket, added?.attachment.id ?? '')).toMatchObject({ outcome: 'done-before' });
  });

  test('is due when its time is over, and not before', async ({ engines }) => {
    const { report, declare, due, clock, project } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declared);
    const { id = '' } = added?.attachment ?? {};
    clock.advance(7 * day - 1);
    expect(await due()).toEqual([]);
    clock.advance(1);
    expect(await due()).toEqual([{ project, ticket, id }]);
  });
});

describe('a file name', () => {
  test.for<[string, string, string]>([
    ['with path separators', '../../etc/passwd\\x', '....etcpasswdx'],
    ['with controls', 'a\u0000b\r\nc\u007f.txt', 'abc.txt'],
    ['with marks that turn the direction of text', 'photo\u202egnp.exe', 'photognp.exe'],
    ['of 1,000 characters', `${'n'.repeat(996)}.log`, `${'n'.repeat(251)}.log`],
    ['with half a character', 'a\ud800b.txt', 'a\ufffdb.txt'],
    ['of nothing else', '/\u202e/', 'file'],
    ['in emoji', `${'🚀'.repeat(300)}`, '🚀'.repeat(255)],
  ])('%s is cleaned, never refused', async ([, fileName, cleaned], { engines }) => {
    const { report, declare } = await fileProject(engines);
    const { crashLog } = await report();
    const { status, added } = await declare(crashLog.endpoint, { ...declared, fileName });
    expect([status, added?.attachment.fileName]).toEqual([201, cleaned]);
  });
});

describe('a declaration', () => {
  test('of 2 GiB is taken, and of a byte more refused with 413', async ({ engines }) => {
    const { report, declare, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const { status, json } = await declare(crashLog.endpoint, { ...declared, size: 2_147_483_649 });
    expect([status, json]).toMatchObject([413, { description: expect.stringContaining('2 GiB') }]);
    expect(await attachments(ticket)).toEqual([]);
    const most = await declare(crashLog.endpoint, { ...declared, size: 2_147_483_648 });
    expect([most.status, most.added?.upload]).toMatchObject([201, { partSize: 16_777_216 }]);
  });

  test('is refused with every problem at once', async ({ engines }) => {
    const { report, declare, attachments } = await fileProject(engines);
    const { ticket, crashLog } = await report();
    const wrong = { fileName: '', contentType: 'nonsense', size: 0, sha256: 'abc', multipart: 'yes', path: '/' };
    const { status, json } = await declare(crashLog.endpoint, wrong);
    expect([status, json]).toMatchObject([400, { description: '6 parameters were rejected.' }]);
    expect(Object(json).errors.map(({ parameter, code }: Record<string, string>) => `${parameter} ${code}`)).toEqual([
      'fileName blank',
      'contentType invalid_text',
      'size out_of_range',
      'sha256 invalid_text',
      'multipart invalid_type',
      'path not_allowed',
    ]);
    const { json: empty } = await declare(crashLog.endpoint, {});
    expect(Object(empty).errors.map(({ parameter, code }: Record<string, string>) => `${parameter} ${code}`)).toEqual([
      'fileName required',
      'contentType required',
      'size required',
    ]);
    expect(await attachments(ticket)).toEqual([]);
  });
});
