import { isDeepStrictEqual } from 'node:util';
import { putActivity } from '../../adapters/dynamodb/activity.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Activity, boundReason } from '../../core/activity.ts';
import type { HttpRequest } from './http.ts';

/** What a handler says of its call; the rest is known from the request. */
export type CallFacts = Pick<Activity, 'status' | 'outcome' | 'reason' | 'ticket' | 'member' | 'run'>;

/** The activity of one call. */
export type ActivityLog = {
  /** Begins to write what the call will come to if nothing goes wrong, beside the work itself. */
  expect(facts: CallFacts): void;
  /** Writes what it has come to, unless that is written already. */
  conclude(facts: CallFacts): Promise<void>;
};

/**
 * Opens the log of a call by a known caller. It is written beside the ticket so that nobody waits for it, and best effort: the
 * log line is the record (docs/architecture.md).
 */
export function openActivity(
  { table, now, note }: { table: Table; now: () => number; note: HttpRequest['note'] },
  request: Pick<HttpRequest, 'id' | 'address' | 'method' | 'path'>,
  { apiKey, project }: { apiKey?: string | undefined; project: string },
): ActivityLog {
  const { id: requestId, address, method, path: route } = request;
  const common = { at: new Date(now()).toISOString(), address, method, route, project, requestId };
  let expected: CallFacts | undefined;
  let writing: Promise<unknown> = Promise.resolve();

  function write(facts: CallFacts): Promise<unknown> {
    const { reason } = facts;
    const activity: Activity = {
      ...common,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...facts,
      ...(reason === undefined ? {} : { reason: boundReason(reason) }),
    };
    return putActivity(table, activity).catch((error: unknown) => {
      note({ activity: error instanceof Error ? error.name : 'failed' });
    });
  }

  return {
    expect(facts) {
      expected = facts;
      // One after another: what was expected last is what stands.
      writing = writing.then(() => write(facts));
    },
    async conclude(facts) {
      await writing;
      if (!isDeepStrictEqual(expected, facts)) await write(facts);
    },
  };
}
