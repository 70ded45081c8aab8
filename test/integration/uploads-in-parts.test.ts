import { createHash } from 'node:crypto';
import { describe, expect } from 'vitest';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { BucketBusy } from '../../adapters/s3/bucket-busy.ts';
import { type TestEngines, test } from '../engines.ts';
import { declaredParts, fileProject } from '../file-project.ts';

const partSize = 16_777_216;
/** Two whole parts and a short one. */
const size = 2 * partSize + 1_000;
const declaration = { fileName: 'dump.bin', contentType: 'application/octet-stream', size, multipart: true };

/** The bytes of one part, which no other part has. */
function bytesOf(number: number): Buffer<ArrayBuffer> {
  return Buffer.alloc(number === 3 ? 1_000 : partSize, String(number));
}

const sha256 = createHash('sha256').update(bytesOf(1)).update(bytesOf(2)).update(bytesOf(3)).digest('hex');

/** A file that was declared to come in parts, and what its sender can do. */
async function startUpload(engines: TestEngines, more: Record<string, unknown> = {}) {
  const project = await fileProject(engines);
  const { ticket, crashLog } = await project.report();
  const { added } = await project.declare(crashLog.endpoint, { ...declaration, ...more });
  const upload = declaredParts(added);
  const { id = '' } = added?.attachment ?? {};
  const headers = { 'content-type': 'application/json' };
  return {
    ...project,
    ...{ ticket, upload, id },
    key: `attachments/${project.project}/${ticket}/crash-log/${id}`,
    /** Sends a part to the address that it was given, and returns its ETag in quotes, as browsers see it. */
    async send(number: number, body: Uint8Array<ArrayBuffer> = bytesOf(number)) {
      const url = upload.parts.find((part) => part.number === number)?.url ?? '';
      const response = await fetch(url, { method: 'PUT', body });
      expect(response.status).toBe(200);
      return { number, etag: response.headers.get('etag') ?? '' };
    },
    list: async () => await project.call(upload.list, { method: 'GET' }),
    sign: async (body: unknown) => await project.call(upload.sign, { body, headers }),
    complete: async (parts: unknown) => await project.call(upload.complete, { body: { parts }, headers }),
    abort: async () => await project.call(upload.abort, { method: 'DELETE' }),
  };
}

describe('an upload in parts', () => {
  test('goes from its declaration to a stored file with the declared checksum', async ({ engines }) => {
    const { upload, send, complete, arrived, key, attachments, ticket } = await startUpload(engines, { sha256 });
    expect(upload).toMatchObject({ partSize, parts: [{ number: 1 }, { number: 2 }, { number: 3 }] });
    const parts = [await send(1), await send(2), await send(3)];
    const { status, json } = await complete(parts);
    expect([status, json]).toMatchObject([200, { status: 200, attachment: { state: 'pending' } }]);
    expect(await arrived(key, { eventName: 'ObjectCreated:CompleteMultipartUpload' })).toBe('stored');
    expect(await attachments(ticket)).toMatchObject([{ state: 'stored', size, sha256 }]);
  });

  test('whose whole is not what was declared ends rejected, and is gone from the bucket', async ({ engines }) => {
    const wrong = { sha256: 'ab'.repeat(32) };
    const { send, complete, arrived, key, attachments, ticket, bucket } = await startUpload(engines, wrong);
    await complete([await send(1), await send(2), await send(3)]);
    expect(await arrived(key)).toBe('rejected');
    expect(await attachments(ticket)).toMatchObject([
      { state: 'rejected', reason: `The file has the SHA-256 ${sha256}, and ${wrong.sha256} was declared.` },
    ]);
    expect(await bucket.look({ key })).toBeUndefined();
  });

  test('is resumed by what is there', async ({ engines }) => {
    const { send, list, sign, complete } = await startUpload(engines);
    const first = await send(1);
    const { status, json } = await list();
    expect([status, json]).toEqual([
      200,
      {
        status: 200,
        attachment: expect.objectContaining({ state: 'pending' }),
        partSize,
        parts: [{ number: 1, size: partSize, etag: first.etag.replaceAll('"', '') }],
      },
    ]);
    const fresh = await sign({ parts: [3, 2, 3] });
    expect([fresh.status, Object(fresh.json).parts.map(({ number }: { number: number }) => number)]).toEqual([
      200,
      [3, 2],
    ]);
    for (const { number, url } of Object(fresh.json).parts) {
      expect((await fetch(url, { method: 'PUT', body: bytesOf(number) })).status).toBe(200);
    }
    const there = Object((await list()).json).parts.map(({ number, etag }: Record<string, unknown>) => ({
      number,
      etag,
    }));
    expect((await complete(there)).status).toBe(200);
  });

  test('takes its parts in whatever order they are named, and is completed once however often that is asked', async ({
    engines,
  }) => {
    const { send, complete, arrived, key } = await startUpload(engines);
    const parts = [await send(3), await send(1), await send(2)];
    expect((await complete(parts)).status).toBe(200);
    expect((await complete(parts)).status).toBe(200);
    expect(await arrived(key)).toBe('stored');
    const { status, json } = await complete(parts);
    expect([status, json]).toMatchObject([200, { attachment: { state: 'stored' } }]);
  });

  test.for<[string, (parts: { number: number; etag: string }[]) => unknown, object[]]>([
    [
      'a part is missing',
      ([one, , three]) => [one, three],
      [{ parameter: 'parts', code: 'required', message: expect.stringContaining('missing: 2.') }],
    ],
    [
      'a part has another ETag',
      ([one, two, three]) => [one, { ...two, etag: '"abc"' }, three],
      [{ parameter: 'parts.1.etag', code: 'invalid_choice' }],
    ],
    [
      'a part is named twice',
      ([one, two, three]) => [one, two, two, three],
      [{ parameter: 'parts.2', code: 'duplicate_choice' }],
    ],
    [
      'parts were never sent, all of which are named',
      ([one, two, three]) => [one, two, three, { number: 4, etag: 'x' }, { number: 9, etag: 'y' }],
      [{ parameter: 'parts.3' }, { parameter: 'parts.4' }],
    ],
    ['no part is named', () => [], [{ parameter: 'parts', code: 'required' }]],
    ['parts are no list', () => 'all', [{ parameter: 'parts', code: 'invalid_type' }]],
    [
      'parts are nonsense',
      () => [{ number: 0, etag: '' }, { number: '2' }],
      [
        { parameter: 'parts.0.number' },
        { parameter: 'parts.0.etag' },
        { parameter: 'parts.1.number' },
        { parameter: 'parts.1.etag' },
      ],
    ],
  ])('is refused with 400 where %s, and nothing is lost', async ([, change, errors], { engines }) => {
    const { send, complete, list } = await startUpload(engines);
    const parts = [await send(1), await send(2), await send(3)];
    const { status, json } = await complete(change(parts));
    expect([status, json]).toMatchObject([400, { errors }]);
    expect(Object((await list()).json).parts).toHaveLength(3);
    expect((await complete(parts)).status).toBe(200);
  });

  test('takes each part in its own size alone', async ({ engines }) => {
    const { upload } = await startUpload(engines);
    const sizes = [1, partSize - 1, partSize + 1];
    const statuses = [];
    for (const bytes of sizes) {
      const url = upload.parts[0]?.url ?? '';
      statuses.push((await fetch(url, { method: 'PUT', body: Buffer.alloc(bytes) })).status);
    }
    expect(statuses).toEqual([403, 403, 403]);
  });

  test('that is complete has no parts to ask for or to sign, and is what it is', async ({ engines }) => {
    const { send, complete, list, sign, arrived, key } = await startUpload(engines);
    await complete([await send(1), await send(2), await send(3)]);
    const reason = 'All parts have come: the file is being checked.';
    const listed = await list();
    expect([listed.status, listed.json]).toMatchObject([200, { attachment: { state: 'pending', reason } }]);
    expect(listed.json).not.toHaveProperty('parts');
    expect(await sign({ parts: [1] })).toMatchObject({ status: 409, json: { description: reason } });
    await arrived(key);
    expect((await list()).json).toMatchObject({ attachment: { state: 'stored' } });
    expect(Object((await list()).json).attachment).not.toHaveProperty('reason');
  });

  test('signs no part that the file does not have', async ({ engines }) => {
    const { sign } = await startUpload(engines);
    const { status, json } = await sign({ parts: [3, 4, 5] });
    expect([status, Object(json).errors]).toMatchObject([
      400,
      [
        { parameter: 'parts.1', code: 'out_of_range', message: 'The file has 3 parts, and this is 4.' },
        { parameter: 'parts.2', code: 'out_of_range' },
      ],
    ]);
    const none = await sign({});
    expect([none.status, Object(none.json).errors]).toMatchObject([400, [{ parameter: 'parts', code: 'required' }]]);
  });

  test('is answered 503 with Retry-After where S3 is busy, and nothing is declared', async ({ engines }) => {
    const busy = async () => await Promise.reject(new BucketBusy('S3 did not do it'));
    const bucketOver = (bucket: AttachmentBucket) => ({ ...bucket, startParts: busy });
    const { report, call, attachments } = await fileProject(engines, { bucketOver });
    const { ticket, crashLog } = await report();
    const headers = { 'content-type': 'application/json' };
    const answer = await call(crashLog.endpoint, { body: declaration, headers });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    expect(await attachments(ticket)).toEqual([]);
  });

  test('is given up for good', async ({ engines }) => {
    const { send, abort, list, sign, complete, attachments, ticket, upload, key, bucket, arrived } =
      await startUpload(engines);
    const parts = [await send(1), await send(2), await send(3)];
    expect((await abort()).status).toBe(204);
    expect((await abort()).status).toBe(204);
    const after = await Promise.all([list(), sign({ parts: [1] }), complete(parts)]);
    expect(after.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await attachments(ticket)).toEqual([]);
    expect(await bucket.listParts(key, upload.uploadId)).toBeUndefined();
    await bucket.put(key, Buffer.from('late'), 'text/plain');
    expect(await arrived(key)).toBe('ghost');
    expect(await bucket.look({ key })).toBeUndefined();
    expect(await attachments(ticket)).toEqual([]);
  });

  test('is the way of files above 100 MiB, unless their sender says otherwise', async ({ engines }) => {
    const { declare, report } = await fileProject(engines);
    const { crashLog } = await report();
    const ways = [];
    for (const [bytes, multipart] of [
      [104_857_600, undefined],
      [104_857_601, undefined],
      [104_857_601, false],
      [1, true],
    ]) {
      const { added } = await declare(crashLog.endpoint, { ...declaration, size: bytes, multipart });
      ways.push(added?.upload !== undefined && 'parts' in added.upload ? added.upload.parts.length : 'form');
    }
    expect(ways).toEqual(['form', 7, 'form', 1]);
  });

  test('that nothing came of in 7 days leaves no part behind', async ({ engines }) => {
    const { send, tend, ticket, id, clock, upload, key, bucket, attachments } = await startUpload(engines);
    await send(1);
    clock.advance(7 * 24 * 60 * 60 * 1_000);
    expect(await tend(ticket, id)).toMatchObject({ outcome: 'expired' });
    expect(await bucket.listParts(key, upload.uploadId)).toBeUndefined();
    expect(await attachments(ticket)).toMatchObject([{ state: 'rejected', reason: 'Nothing arrived within 7 days.' }]);
  });
});

describe('an upload in one form', () => {
  test('is signed afresh for the same file, and has nothing to complete', async ({ engines }) => {
    const { declare, report, call } = await fileProject(engines);
    const { crashLog } = await report();
    const { added } = await declare(crashLog.endpoint, { ...declaration, multipart: false });
    const upload = added?.upload;
    if (upload === undefined || !('fields' in upload)) throw new Error('it should come in one form');
    const headers = { 'content-type': 'application/json' };
    const fresh = await call(upload.sign, { body: {}, headers });
    expect([fresh.status, fresh.json]).toMatchObject([200, { upload: { fields: { key: upload.fields.key } } }]);
    const complete = await call(upload.sign.replace('/sign?', '/complete?'), {
      body: { parts: [{ number: 1, etag: 'x' }] },
      headers,
    });
    expect([complete.status, complete.json]).toMatchObject([409, { description: expect.stringContaining('one form') }]);
  });
});
