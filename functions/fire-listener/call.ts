import type { Configuration, ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { ExternalListener } from '../../core/document/schema.ts';
import type { ApiKey } from '../../core/keys/api-key.ts';
import type { CallContent } from '../../core/listeners/read-call.ts';
import type { TagValue } from '../../core/templates/template.ts';
import type { HttpRequest } from '../kit/http.ts';
import type { Observer } from '../kit/observer.ts';

/** What the handler is given. */
export type ListenerDependencies = {
  table: Table;
  findKey: (prefix: string) => Promise<ApiKey | undefined>;
  readConfiguration: ConfigurationReader;
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

/** The listener that was called. */
export type CalledListener = { project: string; listener: ExternalListener; configuration: Configuration };

/** One call on its way: everything that was read of it so far. */
export type ListenerCall = CalledListener & {
  request: HttpRequest;
  body: TagValue | undefined;
  content: CallContent;
  /** What its sender calls it. */
  callId: string | undefined;
};
