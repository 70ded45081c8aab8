import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { findMembers } from '../../adapters/dynamodb/members.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { SignUpload } from '../../adapters/s3/presigned-post.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import type { ReportReading } from '../../core/sources/read-report.ts';
import type { ActivityLog } from '../kit/activity-log.ts';
import type { HttpRequest } from '../kit/http.ts';
import type { Observer } from '../kit/observer.ts';
import type { OpeningDependencies } from '../kit/open-endpoint.ts';

/** What the handler is given: the table, what it remembers, how it signs uploads, and its clock and chance. */
export type ReceiveDependencies = OpeningDependencies & {
  table: Table;
  signUpload: SignUpload;
  loadKeys: LoadKeys;
  largeBodies: Pick<LargeBodies, 'store'>;
  consoleOrigin: string;
  dueShards: number;
  deliveryRetentionDays: number;
  observer: Observer;
  newId: () => string;
  /** Waits a moment of at most so many milliseconds, before contended writes are tried again. */
  pause: (maxMs: number) => Promise<void>;
};

/** The endpoint that a report came to. */
export type ReportEndpoint = SourceOfType & { project: string; configuration: Configuration; activity: ActivityLog };

/** One report on its way: everything that was loaded and found out so far. */
export type Submission = ReportEndpoint & {
  request: HttpRequest;
  reading: ReportReading;
  givenKey: string | undefined;
  bodyHash: string;
};

/** Members by their canonical addresses, as far as a submission needs them. */
export type Members = Awaited<ReturnType<typeof findMembers>>;
