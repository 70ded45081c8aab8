import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import S3Error from 's3rver/lib/models/error.js';
import S3Object from 's3rver/lib/models/object.js';
import FilesystemStore from 's3rver/lib/stores/filesystem.js';
import type { BucketEvent, BucketEvents } from './bucket-events.ts';
import { contentOf, withoutChunking } from './chunked-body.ts';
import { type Draft, type Drafts, openDrafts } from './drafts.ts';
import { headerText } from './header-text.ts';
import { isMissing, type Part, placePart, type Upload } from './upload-folder.ts';

/** The names that S3 allows; none begins with a dot, as the folder of drafts does. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const draftsFolder = '.drafts';

/** The engine's files, but nothing is seen before it is complete, and what happens is told. */
export class BucketStore extends FilesystemStore {
  readonly #drafts: Drafts;
  readonly #events: BucketEvents;

  constructor(folder: string, events: BucketEvents) {
    super(folder);
    this.#drafts = openDrafts(join(folder, draftsFolder));
    this.#events = events;
  }

  override async getBucket(bucket: string) {
    return bucketName.test(bucket) ? super.getBucket(bucket) : null;
  }

  override getResourcePath(bucket: string, key: string | undefined, resource: string) {
    // Names of files would lead out of the bucket's folder, or to another object.
    if (key?.split('/').some((segment) => segment === '.' || segment === '..')) {
      throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
    }
    return super.getResourcePath(bucket, key, resource);
  }

  override async getObject(bucket: string, key: string, asked: { start?: number; end?: number } = {}) {
    const metadata = await this.#findMetadata(bucket, key);
    if (metadata === undefined) return null;
    const texts = Object.entries(metadata).map(([name, value]) => [name, headerText(value)]);
    const last = Number(metadata['content-length']) - 1;
    const range = { start: asked.start ?? 0, end: Math.min(asked.end ?? last, last) };
    const isPart = asked.start !== undefined || asked.end !== undefined;
    const path = this.getResourcePath(bucket, key, 'object');
    // A part that does not lie in the object has no content; the engine refuses it then.
    const content = isPart && range.end < range.start ? null : readLater(path, isPart ? range : {});
    return Object.assign(new S3Object(bucket, key, content, Object.fromEntries(texts)), isPart ? { range } : {});
  }

  override async putObject(object: S3Object) {
    return this.storeObject(object, 'ObjectCreated:Put');
  }

  /** Puts an object in place once its content has ended, and tells of it under this name. */
  async storeObject({ bucket, key, content, metadata }: S3Object, name: BucketEvent['name']) {
    const path = this.getResourcePath(bucket, key, 'object');
    const body = content instanceof IncomingMessage ? contentOf(content) : (content ?? Readable.from([]));
    const draft = await this.#drafts.write(body);
    await this.#place(path, { name, bucket, key, eTag: draft.md5 }, withoutChunking(metadata), draft);
    return { size: draft.size, md5: draft.md5 };
  }

  override async putPart(bucket: string, uploadId: string, partNumber: string, content: IncomingMessage) {
    const draft = await this.#drafts.write(contentOf(content));
    try {
      await placePart(join(this.uploadsFolder(bucket), uploadId), Number(partNumber), draft);
    } catch (error) {
      await draft.discard();
      throw error;
    }
    return { size: draft.size, md5: draft.md5 };
  }

  /** Joins parts into the object of their upload, and answers its ETag. */
  async joinParts(bucket: string, { folder, key, metadata }: Upload, parts: readonly Part[]): Promise<string> {
    const path = this.getResourcePath(bucket, key, 'object');
    const draft = await this.#drafts.join(parts.map(({ file }) => file));
    const sums = Buffer.from(parts.map((part) => part.eTag).join(''), 'hex');
    // Not the MD5 of the whole, which nobody may have read (S3, "Checking object integrity": multipart uploads).
    const eTag = `${createHash('md5').update(sums).digest('hex')}-${parts.length}`;
    await this.#place(path, { name: 'ObjectCreated:CompleteMultipartUpload', bucket, key, eTag }, metadata, draft);
    await rm(folder, { recursive: true, force: true });
    return eTag;
  }

  override async copyObject(fromBucket: string, from: string, bucket: string, key: string, replacement: object | null) {
    const { etag, 'content-length': size } = await this.getMetadata(fromBucket, from);
    return this.#events.tell({ name: 'ObjectCreated:Copy', bucket, key, eTag: bare(etag), size: Number(size) }, () =>
      super.copyObject(fromBucket, from, bucket, key, replacement),
    );
  }

  override async putSubresource(bucket: string, key: string | undefined, resource: { type: string }) {
    const change = () => super.putSubresource(bucket, key, resource);
    if (key === undefined || resource.type !== 'tagging') return change();
    const { etag } = await this.getMetadata(bucket, key);
    return this.#events.tell({ name: 'ObjectTagging:Put', bucket, key, eTag: bare(etag) }, change);
  }

  override async deleteObject(bucket: string, key: string) {
    const files = ['tagging.xml', 'object', 'object.md5', 'metadata.json'];
    await Promise.all(files.map((name) => rm(this.getResourcePath(bucket, key, name), { force: true })));
    let folder = dirname(this.getResourcePath(bucket, key, 'object'));
    while (folder !== join(this.rootDirectory, bucket) && (await removeEmpty(folder))) folder = dirname(folder);
  }

  /** The bytes of an object; 0 where it is not there. */
  async sizeOf(bucket: string, key: string): Promise<number> {
    return Number((await this.#findMetadata(bucket, key))?.['content-length'] ?? 0);
  }

  /** Where a bucket's multipart uploads lie. */
  uploadsFolder(bucket: string): string {
    return this.getResourcePath(bucket, undefined, 'uploads');
  }

  /** Whether what an event tells of is there. */
  async shows({ name, bucket, key, eTag }: BucketEvent): Promise<boolean> {
    const metadata = await this.#findMetadata(bucket, key);
    return metadata !== undefined && (name === 'ObjectTagging:Put' || bare(metadata.etag) === eTag);
  }

  async #findMetadata(bucket: string, key: string) {
    try {
      return await this.getMetadata(bucket, key);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #place(
    path: string,
    what: Pick<BucketEvent, 'name' | 'bucket' | 'key' | 'eTag'>,
    metadata: object,
    draft: Omit<Draft, 'md5'>,
  ): Promise<void> {
    const { bucket, key, eTag } = what;
    const change = async () => {
      // Tags are of the object that was there before.
      await rm(this.getResourcePath(bucket, key, 'tagging.xml'), { force: true });
      await this.putMetadata(bucket, key, metadata, eTag);
      // Last, because from here on the object is there.
      await draft.moveTo(path);
    };
    try {
      await this.#events.tell({ ...what, size: draft.size }, () => inFolder(dirname(path), change));
    } catch (error) {
      await draft.discard();
      throw error;
    }
  }
}

/** The content of a file that is opened only when somebody reads it: what nobody reads needs nobody to close it. */
function readLater(path: string, range: { start?: number; end?: number }): Readable {
  async function* read() {
    yield* createReadStream(path, range);
  }
  return Readable.from(read(), { objectMode: false });
}

async function inFolder(folder: string, change: () => Promise<void>, tries = 3): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await change();
  } catch (error) {
    // A folder goes with the last object in it, which may be in this very moment.
    if (!isMissing(error) || tries === 1) throw error;
    await inFolder(folder, change, tries - 1);
  }
}

async function removeEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch {
    return false;
  }
}

/** An ETag without its quotes. */
function bare(eTag: unknown): string {
  return String(eTag).replaceAll('"', '');
}
