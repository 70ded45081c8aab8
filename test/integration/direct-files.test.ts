import { describe, expect } from 'vitest';
import { test } from '../engines.ts';
import { fileProject } from '../file-project.ts';

const content = 'what the app has to say of its crash\n';

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
