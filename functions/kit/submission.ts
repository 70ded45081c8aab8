import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import type { TransactItem } from '../../adapters/dynamodb/consequences.ts';
import type { findMembers } from '../../adapters/dynamodb/members.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { SourceOfType } from '../../core/sources/find-source.ts';
import type { ReportReading } from '../../core/sources/read-report.ts';
import type { RecordLoading } from './load-record.ts';

/** What checking and storing reports needs. */
export type ReportTaking = RecordLoading & {
  table: Table;
  largeBodies: Pick<LargeBodies, 'store'>;
  dueShards: number;
  deliveryRetentionDays: number;
  now: () => number;
  newId: () => string;
  /** Waits a moment of at most so many milliseconds, before contended writes are tried again. */
  pause: (maxMs: number) => Promise<void>;
};

/** One report on its way: everything that was loaded and found out so far. */
export type Submission = SourceOfType & {
  project: string;
  configuration: Configuration;
  reading: ReportReading;
  givenKey: string | undefined;
  bodyHash: string;
  /** Set where it was rejected before and kept since. */
  replay?: ReplayOf;
  /** Adds facts to the log line of whoever brought it. */
  note(facts: Readonly<Record<string, unknown>>): void;
  /** Is told of the ticket that is about to be stored, or on which it is about to be counted. */
  expect(ticket: string, isGrouped: boolean): void;
  /** Until when it is tried to store what others keep changing, in epoch milliseconds. */
  deadline: number;
};

/** A kept submission that is taken after all: by whom, and what is stored with its ticket so that it happens once. */
export type ReplayOf = {
  id: string;
  submittedAt: string;
  by: string;
  beside: (ticket: string) => TransactItem[];
};

/** Members by their canonical addresses, as far as a submission needs them. */
export type Members = Awaited<ReturnType<typeof findMembers>>;
