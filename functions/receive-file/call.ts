import type { SignUpload } from '../../adapters/s3/presigned-post.ts';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import type { AttachmentRecord } from '../../core/uploads/attachment.ts';
import type { SettleDependencies } from '../kit/decide-arrival.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';
import type { Observer } from '../kit/observer.ts';
import type { OpeningDependencies } from '../kit/open-endpoint.ts';

/** What the handler is given. */
export type FileDependencies = OpeningDependencies &
  SettleDependencies & {
    signUpload: SignUpload;
    /** How long what is signed for S3 lives, in seconds. */
    uploadUrlSeconds: number;
    observer: Observer;
  };

/** A call for a ticket's attachment field that exists, by somebody who may make it. */
export type FileCall = SourceOfType & {
  request: HttpRequest;
  project: string;
  ticket: string;
  /** The key of the attachment field, and the parameter that means it. */
  field: string;
  parameter: string;
};

/** A call for one attachment of the field that was declared before. */
export type AttachmentCall = FileCall & { attachment: AttachmentRecord };

/** Handles the calls of one route. */
export type HandleFile<Call> = (dependencies: FileDependencies, call: Call) => Promise<HttpReply>;
