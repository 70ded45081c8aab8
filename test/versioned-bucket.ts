import { createHash } from 'node:crypto';
import type { AttachmentBucket } from '../adapters/s3/attachment-bucket.ts';

/** A bucket that keeps versions, as AWS does and no engine on one machine: what of it settling asks for. */
export type VersionedBucket = {
  bucket: AttachmentBucket;
  /** Stores an object as S3 does for a form, and returns its version. */
  post(key: string, content: string): string;
  /** The contents of the versions that are there, oldest first. */
  contents(key: string): string[];
  /** Does something before the next object is looked at, as another process would. */
  beforeLook(work: () => Promise<unknown>): void;
};

/** Makes an empty bucket; what is not asked for here throws. */
export function versionedBucket(others: AttachmentBucket): VersionedBucket {
  const objects = new Map<string, { version: string; content: string }[]>();
  let made = 0;
  let before: (() => Promise<unknown>) | undefined;
  const find = ({ key, objectVersion }: { key: string; objectVersion?: string | undefined }) => {
    const versions = objects.get(key) ?? [];
    return objectVersion === undefined ? versions.at(-1) : versions.find(({ version }) => version === objectVersion);
  };
  return {
    bucket: {
      ...others,
      async look(object) {
        const work = before;
        before = undefined;
        await work?.();
        const found = find(object);
        if (found === undefined) return undefined;
        const { version, content } = found;
        return { bytes: content.length, etag: md5(content), objectVersion: version, fileName: 'file.bin' };
      },
      hash: async (object) =>
        createHash('sha256')
          .update(find(object)?.content ?? '')
          .digest('hex'),
      async remove({ key, objectVersion }) {
        // Without a version, S3 only marks the object as deleted.
        const versions = objects.get(key) ?? [];
        objects.set(
          key,
          versions.filter(({ version }) => version !== objectVersion),
        );
      },
    },
    post(key, content) {
      made += 1;
      const version = `v${made}`;
      objects.set(key, [...(objects.get(key) ?? []), { version, content }]);
      return version;
    },
    contents: (key) => (objects.get(key) ?? []).map(({ content }) => content),
    beforeLook(work) {
      before = work;
    },
  };
}

function md5(content: string): string {
  return createHash('md5').update(content).digest('hex');
}
