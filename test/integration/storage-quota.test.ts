import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { declaredForm, fileProject, keyOfForm, postForm } from '../file-project.ts';

const declaration = { fileName: 'a.txt', contentType: 'text/plain', size: 6 };

describe('a project that may store 10 bytes', () => {
  test('is told so where a file is declared, or comes with the call', async ({ engines }) => {
    const { report, declare, arrived, call, attachments } = await fileProject(engines, { quotaBytes: 10 });
    const { ticket, crashLog } = await report();
    const first = await declare(crashLog.endpoint, declaration);
    await postForm(declaredForm(first.added), '123456');
    expect(await arrived(keyOfForm(declaredForm(first.added)))).toBe('stored');
    const refused = await declare(crashLog.endpoint, declaration);
    const description = 'The project may store 4 bytes more, and this file has 6: have files deleted first.';
    expect([refused.status, refused.json]).toEqual([413, { status: 413, description }]);
    const body = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n123456\r\n--x--\r\n';
    const direct = await call(crashLog.endpoint, {
      body,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect([direct.status, direct.json]).toEqual([413, { status: 413, description }]);
    expect(await attachments(ticket)).toHaveLength(1);
  });

  test('keeps no file beyond that, however many were declared before', async ({ engines }) => {
    const { report, declare, arrived, attachments, bucket, history } = await fileProject(engines, { quotaBytes: 10 });
    const { ticket, crashLog, screenshot } = await report();
    const { added } = await declare(crashLog.endpoint, declaration);
    await postForm(declaredForm(added), '123456');
    await postForm(screenshot.upload, '12345');
    const keys = [keyOfForm(declaredForm(added)), keyOfForm(screenshot.upload)];
    const outcomes = await Promise.all(keys.map((key) => arrived(key)));
    expect(outcomes.toSorted()).toEqual(['rejected', 'stored']);
    const gone = keys[outcomes.indexOf('rejected')] ?? '';
    expect(await bucket.look({ key: gone })).toBeUndefined();
    const rejected = (await attachments(ticket)).find(({ state }) => state === 'rejected');
    expect(rejected?.reason).toMatch(/^The project may store [45] bytes more, and the file has [56]\.$/);
    expect((await history(ticket)).filter(({ problem }) => problem !== undefined)).toHaveLength(1);
  });

  test('has room again for what is deleted', async ({ engines }) => {
    const { report, declare, arrived, ask, project } = await fileProject(engines, { quotaBytes: 10 });
    const { ticket, crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, declaration);
    await postForm(declaredForm(added), '123456');
    await arrived(keyOfForm(declaredForm(added)));
    await ask('DELETE', `/projects/${project}/tickets/${ticket}/attachments/${added?.attachment.id}`);
    expect((await declare(crashLog.endpoint, declaration)).status).toBe(201);
  });
});
