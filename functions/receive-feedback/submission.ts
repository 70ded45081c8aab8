import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { SignUpload } from '../../adapters/s3/presigned-post.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import type { ActivityLog } from '../kit/activity-log.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';
import type { Observer } from '../kit/observer.ts';
import type { OpeningDependencies } from '../kit/open-endpoint.ts';
import type { ReportTaking } from '../kit/submission.ts';

/** What the handler is given: the table, what it remembers, how it signs uploads, and its clock and chance. */
export type ReceiveDependencies = OpeningDependencies &
  ReportTaking & {
    largeBodies: Pick<LargeBodies, 'store' | 'keep'>;
    signUpload: SignUpload;
    loadKeys: LoadKeys;
    observer: Observer;
  };

/** The endpoint that a report came to. */
export type ReportEndpoint = SourceOfType & {
  project: string;
  configuration: Configuration;
  activity: ActivityLog;
  /** The prefix of the key that it was opened with. */
  apiKey: string | undefined;
  /** Counts the reports of the call against the source's rate; returns the answer where they are too many. */
  takeTurns: (turns: number) => Promise<HttpReply | undefined>;
  /** Until when it is tried to store what others keep changing, in epoch milliseconds. */
  deadline: number;
  /** Keeps a rejected report where the source asks for it; returns the answer, which then says where it is kept. */
  keep: (request: HttpRequest, rejected: Rejected) => Promise<HttpReply>;
};

/** A report that was refused, as it came. */
export type Rejected = { body: Uint8Array; givenKey: string | undefined; reply: HttpReply };
