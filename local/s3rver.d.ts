declare module 's3rver' {
  import type { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http';
  import type { AddressInfo } from 'node:net';
  import type FilesystemStore from 's3rver/lib/stores/filesystem.js';

  class S3rver {
    constructor(options: {
      address: string;
      port: number;
      directory: string;
      silent: boolean;
      vhostBuckets: boolean;
    });
    /** Run one inside the other; the first logs, the last is the router. */
    readonly middleware: S3rver.Middleware[];
    readonly context: { store: FilesystemStore; logger: S3rver.Logger };
    store: FilesystemStore;
    logger: S3rver.Logger;
    httpServer: Server;
    run(): Promise<AddressInfo>;
  }
  namespace S3rver {
    type Context = {
      readonly method: string;
      readonly path: string;
      readonly href: string;
      readonly query: Readonly<Record<string, string | string[] | undefined>>;
      readonly headers: IncomingHttpHeaders;
      readonly req: IncomingMessage;
      readonly store: FilesystemStore;
      readonly state: { account?: object };
      params: { bucket?: string; key?: string };
      status: number;
      body: unknown;
      etag: string;
      set(name: string, value: string): void;
    };
    type Logger = {
      info(): void;
      warn(): void;
      error(): void;
      close(): void;
      exceptions: { unhandle(): void };
    };
    type Middleware = (ctx: Context, next: () => Promise<unknown>) => Promise<unknown>;
  }
  export = S3rver;
}

declare module 's3rver/lib/stores/filesystem.js' {
  import type S3Object from 's3rver/lib/models/object.js';

  /** What the engine keeps of an object's headers, and what it reads off its file. */
  type Metadata = Record<string, string | number>;
  type Stored = { size: number; md5: string };

  class FilesystemStore {
    constructor(rootDirectory: string);
    readonly rootDirectory: string;
    getBucket(bucket: string): Promise<{ name: string } | null>;
    getResourcePath(bucket: string, key: string | undefined, resource: string): string;
    getMetadata(bucket: string, key: string): Promise<Metadata>;
    putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
    getObject(bucket: string, key: string, range?: { start?: number; end?: number }): Promise<S3Object | null>;
    putObject(object: S3Object): Promise<Stored>;
    copyObject(
      fromBucket: string,
      fromKey: string,
      toBucket: string,
      toKey: string,
      replacement: object | null,
    ): Promise<Metadata>;
    deleteObject(bucket: string, key: string): Promise<void>;
    putPart(
      bucket: string,
      uploadId: string,
      partNumber: string,
      content: import('node:http').IncomingMessage,
    ): Promise<Stored>;
    putSubresource(bucket: string, key: string | undefined, resource: { type: string }): Promise<void>;
  }
  export = FilesystemStore;
}

declare module 's3rver/lib/models/object.js' {
  type Content = AsyncIterable<Buffer> | null;

  class S3Object {
    /** Keeps of the metadata what S3 keeps: a few headers, and all that begin with x-amz-meta-. */
    constructor(bucket: string, key: string, content: Content, metadata: object);
    readonly bucket: string;
    readonly key: string;
    readonly content: Content;
    readonly metadata: Record<string, string | number>;
    range?: { start: number; end: number };
  }
  export = S3Object;
}

declare module 's3rver/lib/models/error.js' {
  class S3Error extends Error {
    constructor(code: string, message: string, detail?: Record<string, string | number>);
  }
  export = S3Error;
}

declare module 's3rver/lib/middleware/authentication.js' {
  import type { Middleware } from 's3rver';

  const authentication: () => Middleware;
  export = authentication;
}

declare module 's3rver/lib/middleware/cors.js' {
  import type { Middleware } from 's3rver';

  const cors: () => Middleware;
  export = cors;
}
