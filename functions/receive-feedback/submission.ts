import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { SignUpload } from '../../adapters/s3/presigned-post.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import type { ActivityLog } from '../kit/activity-log.ts';
import type { Observer } from '../kit/observer.ts';
import type { OpeningDependencies } from '../kit/open-endpoint.ts';
import type { ReportTaking } from '../kit/submission.ts';

/** What the handler is given: the table, what it remembers, how it signs uploads, and its clock and chance. */
export type ReceiveDependencies = OpeningDependencies &
  ReportTaking & {
    signUpload: SignUpload;
    loadKeys: LoadKeys;
    observer: Observer;
  };

/** The endpoint that a report came to. */
export type ReportEndpoint = SourceOfType & { project: string; configuration: Configuration; activity: ActivityLog };
