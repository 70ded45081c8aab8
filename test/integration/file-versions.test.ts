import { describe, expect } from 'vitest';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import { type TestEngines, test } from '../engines.ts';
import { declaredForm, fileProject, keyOfForm } from '../file-project.ts';
import { type VersionedBucket, versionedBucket } from '../versioned-bucket.ts';

/** A file that was declared in a project whose bucket keeps versions. */
async function versionedFile(engines: TestEngines, size = 5) {
  let versions: VersionedBucket | undefined;
  const bucketOver = (bucket: AttachmentBucket) => {
    versions = versionedBucket(bucket);
    return versions.bucket;
  };
  const files = await fileProject(engines, { bucketOver });
  if (versions === undefined) throw new Error('there is no bucket');
  const { ticket, crashLog } = await files.report();
  const { added } = await files.declare(crashLog.endpoint, { fileName: 'a', contentType: 'text/plain', size });
  const form = declaredForm(added);
  const key = keyOfForm(form);
  const { bucket: _, ...rest } = versions;
  return { ...files, ...rest, ticket, key, abort: async () => await files.call(form.abort, { method: 'DELETE' }) };
}

describe('an overwrite is undone by version', () => {
  test('where its event comes after that of the first', async ({ engines }) => {
    const { post, arrived, key, contents, attachments, ticket } = await versionedFile(engines);
    const first = post(key, 'first');
    expect(await arrived(key, { versionId: first })).toBe('stored');
    const second = post(key, 'other');
    expect(await arrived(key, { versionId: second })).toBe('overwrite-undone');
    expect(await arrived(key, { versionId: first })).toBe('settled-before');
    expect(contents(key)).toEqual(['first']);
    expect(await attachments(ticket)).toHaveLength(1);
  });

  test('where the event of the other comes first', async ({ engines }) => {
    const { post, arrived, key, contents } = await versionedFile(engines);
    const [first, second] = [post(key, 'first'), post(key, 'other')];
    expect(await arrived(key, { versionId: second })).toBe('stored');
    expect(await arrived(key, { versionId: first })).toBe('overwrite-undone');
    expect(contents(key)).toEqual(['other']);
  });

  test('where both events are worked side by side', async ({ engines }) => {
    const { post, arrived, key, contents, beforeLook } = await versionedFile(engines);
    const [first, second] = [post(key, 'first'), post(key, 'other')];
    beforeLook(async () => expect(await arrived(key, { versionId: first })).toBe('stored'));
    expect(await arrived(key, { versionId: second })).toBe('overwrite-undone');
    expect(contents(key)).toEqual(['first']);
  });
});

describe('nothing lies in the bucket', () => {
  test('of a file that is aborted while its event is worked', async ({ engines }) => {
    const { post, arrived, key, contents, beforeLook, abort, attachments, ticket } = await versionedFile(engines);
    const version = post(key, 'first');
    beforeLook(async () => expect((await abort()).status).toBe(204));
    expect(await arrived(key, { versionId: version })).toBe('ghost');
    expect(contents(key)).toEqual([]);
    expect(await attachments(ticket)).toEqual([]);
  });

  test('of two versions that are both rejected, side by side', async ({ engines }) => {
    const { post, arrived, key, contents, beforeLook } = await versionedFile(engines, 99);
    const [first, second] = [post(key, 'first'), post(key, 'other')];
    beforeLook(async () => expect(await arrived(key, { versionId: first })).toBe('rejected'));
    expect(await arrived(key, { versionId: second })).toBe('ghost');
    expect(contents(key)).toEqual([]);
  });
});
