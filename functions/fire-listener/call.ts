import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import type { ExternalListener } from '../../core/document/schema.ts';
import type { CallContent } from '../../core/listeners/read-call.ts';
import type { TagValue } from '../../core/templates/template.ts';
import type { HttpRequest } from '../kit/http.ts';
import type { Observer } from '../kit/observer.ts';
import type { OpeningDependencies } from '../kit/open-endpoint.ts';

/** What the handler is given. */
export type ListenerDependencies = OpeningDependencies & {
  table: Table;
  /** For links to files. */
  loadKeys: LoadKeys;
  largeBodies: Pick<LargeBodies, 'store'>;
  consoleOrigin: string;
  dueShards: number;
  deliveryRetentionDays: number;
  observer: Observer;
  now: () => number;
  newId: () => string;
  /** Waits a moment of at most so many milliseconds, before contended writes are tried again. */
  pause: (maxMs: number) => Promise<void>;
};

/** A call of a listener that may be made. */
export type CalledListener = {
  project: string;
  listener: ExternalListener;
  configuration: Configuration;
  request: HttpRequest;
  /** What its sender calls it. */
  callId: string | undefined;
};

/** One call on its way: everything that was read of it so far. */
export type ListenerCall = CalledListener & { body: TagValue | undefined; content: CallContent };
