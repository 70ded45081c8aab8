import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import type { ProjectPointer } from '../../adapters/dynamodb/projects.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { LoadKeys } from '../../adapters/secrets/master-secret.ts';
import type { Queue } from '../../adapters/sqs/queue.ts';
import type { Principal } from '../../core/access/principal.ts';
import type { Role } from '../../core/access/role.ts';
import type { RoleMapping } from '../../core/access/role-mapping.ts';
import type { DocumentChange } from '../../core/document/diff-documents.ts';
import type { Member } from '../../core/member.ts';
import type { HttpReply, HttpRequest } from '../kit/http.ts';

/** What the handlers are given. */
export type AdminDependencies = {
  table: Table;
  readConfiguration: ConfigurationReader;
  /** Reads it from the table, however fresh what is known of it. */
  readConfigurationNow: ConfigurationReader;
  loadKeys: LoadKeys;
  /** Stores large bodies before a commit, and reads them again for the log and for replays. */
  largeBodies: LargeBodies;
  /** Where attachments lie. */
  bucket: AttachmentBucket;
  /** Most bytes that a project may store; undefined where there is no quota. */
  quotaBytes: number | undefined;
  /** Where runs are counted and worked that take longer than a request. */
  macroQueue: Queue;
  administratorGroups: readonly string[];
  /** Which groups of a sign-in give which roles; undefined where none do but those of administrators. */
  roleMapping?: RoleMapping | undefined;
  apiOrigin: string;
  consoleOrigin: string;
  dueShards: number;
  deliveryRetentionDays: number;
  now: () => number;
  newId: () => string;
  randomBytes: (count: number) => Uint8Array;
  /** Waits a moment of at most so many milliseconds, before contended writes are tried again. */
  pause: (maxMs: number) => Promise<void>;
};

/** A call whose caller is known and may make it. */
export type AdminCall = { request: HttpRequest; principal: Principal };

/** A call that may make the project it names: without `pointer` there is none yet. */
export type AnyProjectCall = AdminCall & { project: string; pointer: ProjectPointer | undefined };

/** A call within a project that exists. */
export type ProjectCall = AdminCall & {
  project: string;
  pointer: ProjectPointer;
  role: Role;
  /** The caller's member record; machines and most administrators have none. */
  member: Member | undefined;
};

/** What a handler may say of a change for the audit: more than its route and object tell; that there was none; that it is recorded already. */
type AuditNote = { changes?: readonly DocumentChange[] } | 'nothing-changed' | 'recorded';

/** What a handler answers. A success of a route that is no GET leaves an entry in the audit, unless `audit` says otherwise. */
export type AdminReply = HttpReply & { audit?: AuditNote };

/** Handles one route's calls: loads, decides, stores and answers. */
export type Handle<Call> = (dependencies: AdminDependencies, call: Call) => Promise<AdminReply>;

/** A call about a run of a project, which may be deleted by now. */
export type RunCall = Omit<ProjectCall, 'pointer'>;

/** One parameter of the path; the gateway gives those that the route names. */
export function pathParameter({ request }: AdminCall, name: string): string {
  return request.parameters[name] ?? '';
}
