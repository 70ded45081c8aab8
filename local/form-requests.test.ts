import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { Bucket, cutShort, filesIn, startBucket } from './bucket-harness.ts';
import { headerText } from './header-text.ts';

const fileName = 'Ünïcode – name.log';
const place = '$' + '{filename}';

function formWith(fields: Record<string, string>, name: string = fileName, content = 'hello') {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set('file', new Blob([content]), name);
  return form;
}

const post = (url: string, body: FormData) =>
  fetch(url, { method: 'POST', body, redirect: 'manual', headers: { origin: 'https://a.example' } });

describe('a form', () => {
  test("stores its file with its type and metadata, the file's name put into every field", async () => {
    const { client, url } = await startBucket();
    const fields = {
      key: `attachments/1/${place}`,
      'Content-Type': 'text/x-log',
      'x-amz-meta-file-name': place,
      'x-amz-meta-twice': `${place} ${place}`,
    };
    const answer = await post(url, formWith(fields));
    expect(answer.status).toBe(204);
    expect(answer.headers.get('etag')).toBe('"5d41402abc4b2a76b9719d911017c592"');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toBe('ETag');
    const Key = `attachments/1/${fileName}`;
    const object = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(object).toMatchObject({
      ContentType: 'text/x-log',
      Metadata: { 'file-name': headerText(fileName), twice: headerText(`${fileName} ${fileName}`) },
    });
    expect(object.Metadata?.['file-name']).toBe('=?UTF-8?B?w5xuw69jb2RlIOKAkyBuYW1lLmxvZw==?=');
    expect(await object.Body?.transformToString()).toBe('hello');
  });

  test('makes no metadata of fields that are none', async () => {
    const { client, url } = await startBucket();
    const signature = {
      policy: 'eyJ9',
      'x-amz-signature': 'ab',
      'x-amz-credential': 'cd',
      'x-amz-date': 'ef',
      other: 'gh',
    };
    await post(url, formWith({ key: 'a', ...signature, 'X-Amz-Meta-Kept': 'yes' }));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }));
    expect(head.Metadata).toEqual({ kept: 'yes' });
    expect(head.ContentType).toBe('binary/octet-stream');
  });

  test('takes of a path only the last name', async () => {
    const { client, url } = await startBucket();
    await post(url, formWith({ key: `a/${place}` }, 'C:\\temp\\b.log'));
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'a/b.log' }))).resolves.toBeDefined();
  });

  test('answers as it asks to be answered', async () => {
    const { url } = await startBucket();
    const created = await post(url, formWith({ key: 'a b', success_action_status: '201' }));
    expect(created.status).toBe(201);
    const location = `${url}/a%20b`;
    expect(created.headers.get('location')).toBe(location);
    const text = await created.text();
    expect(text).toContain(`<Location>${location}</Location><Bucket>${Bucket}</Bucket><Key>a b</Key>`);
    const redirected = await post(url, formWith({ key: 'a', success_action_redirect: 'https://a.example/done?x=1' }));
    expect(redirected.status).toBe(303);
    expect(redirected.headers.get('location')).toBe(
      'https://a.example/done?x=1&bucket=files&key=a&etag=%225d41402abc4b2a76b9719d911017c592%22',
    );
  });

  test('is refused without a key, without a file, with too much before it, or for no bucket', async () => {
    const { folder, url } = await startBucket();
    const noFile = new FormData();
    noFile.set('key', 'a');
    const codeOf = async (answer: Response) => [answer.status, /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1]];
    expect(await codeOf(await post(url, formWith({})))).toEqual([400, 'InvalidArgument']);
    expect(await codeOf(await post(url, formWith({ key: '' })))).toEqual([400, 'InvalidArgument']);
    expect(await codeOf(await post(url, formWith({ key: 'a/../../../b' })))).toEqual([400, 'InvalidURI']);
    expect(await codeOf(await post(url, noFile))).toEqual([400, 'InvalidArgument']);
    const much = formWith({ key: 'a', much: 'x'.repeat(30_000) }, 'a', 'x'.repeat(1_000_000));
    expect(await codeOf(await post(url, much))).toEqual([400, 'MaxPostPreDataLengthExceededError']);
    expect(await codeOf(await post(`${url}-other`, formWith({ key: 'a' })))).toEqual([404, 'NoSuchBucket']);
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const torn = await fetch(url, { method: 'POST', body: '--x\r\nContent-Disp', headers });
    expect(await codeOf(torn)).toEqual([400, 'MalformedPOSTRequest']);
    expect(filesIn(folder)).toEqual([]);
  });

  test('leaves nothing where its connection is cut', async () => {
    const { folder, url } = await startBucket();
    const head = '--x\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n';
    const file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const beginning = Buffer.from(`${head}${file}${'x'.repeat(100_000)}`);
    await cutShort(folder, url, { method: 'POST', headers, beginning });
    expect(filesIn(folder)).toEqual([]);
    // The file has ended, the form has not.
    await cutShort(folder, url, {
      method: 'POST',
      headers,
      beginning: Buffer.concat([beginning, Buffer.from('\r\n--x')]),
    });
    expect(filesIn(folder)).toEqual([]);
  });
});
