import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { declaredForm, fileProject, keyOfForm, postForm } from '../file-project.ts';

const content = 'what the app has to say of its crash\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const declared = { fileName: 'crash.log', contentType: 'text/plain', size: content.length, sha256 };

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
    const { report, declare, arrived, table } = await fileProject(engines, { freshMs: 60_000 });
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
