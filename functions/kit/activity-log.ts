import { isDeepStrictEqual } from 'node:util';
import { putActivity } from '../../adapters/dynamodb/activity.ts';
import { noteKeyUse } from '../../adapters/dynamodb/api-keys.ts';
import type { Table } from '../../adapters/dynamodb/table.ts';
import { type Activity, boundText } from '../../core/activity.ts';
import { Key } from '../../core/document/schema-names.ts';
import type { HttpRequest } from './http.ts';
import type { Opening } from './open-endpoint.ts';

/** What a handler says of its call; the rest is known from the request. */
export type CallFacts = Pick<Activity, 'status' | 'outcome' | 'reason' | 'ticket' | 'member' | 'run'>;

/** How exactly it is known when a key was used last, in milliseconds. */
const useNotedMs = 60 * 60 * 1_000;

/** The activity of one call. */
export type ActivityLog = {
  /** Begins to write what the call will come to if nothing goes wrong, beside the work itself. */
  expect(facts: CallFacts): void;
  /** Says why, where the caller is not told. */
  because(reason: string): void;
  /** Does the work and writes what it has come to, unless that is written already; also where it broke. */
  during<Answered>(work: () => Promise<{ answered: Answered; facts: CallFacts }>): Promise<Answered>;
};

/** Whose call it is; `keepCall` keeps the call itself where somebody inspects its endpoint. */
type ActivityOf = {
  project: string;
  opening: Opening<unknown>;
  keepCall?: ((facts: CallFacts) => Promise<void>) | undefined;
};

/**
 * Opens the log of a call, unless nobody knows who made it. It is written beside the ticket so that nobody waits for it, and
 * best effort: the log line is the record (docs/architecture.md).
 */
export function openActivity(
  { table, now }: { table: Table; now: () => number },
  request: HttpRequest,
  { project, opening, keepCall }: ActivityOf,
): ActivityLog {
  const { key } = opening;
  const isKnown = key !== undefined || opening.outcome === 'opened';
  const common = {
    at: new Date(now()).toISOString(),
    ...(key === undefined ? {} : { apiKey: key.prefix }),
    address: request.address,
    method: request.method,
    route: boundText(request.path),
    ...(Key.safeParse(project).success ? { project } : {}),
    requestId: request.id,
  };
  let why = opening.outcome === 'refused' ? opening.reason : undefined;
  let expected: CallFacts | undefined;
  let writing: Promise<unknown> = Promise.resolve();

  async function write(facts: CallFacts): Promise<void> {
    const given = why ?? facts.reason;
    const said = { ...facts, ...(given === undefined ? {} : { reason: boundText(given) }) };
    const miss = (what: string) => (error: unknown) =>
      request.note({ [what]: error instanceof Error ? error.name : 'failed' });
    await Promise.all([
      putActivity(table, { ...common, ...said }).catch(miss('activity')),
      keepCall?.(said).catch(miss('inspector')),
    ]);
  }

  async function conclude(facts: CallFacts): Promise<void> {
    await writing;
    const used = noteUse();
    if (isKnown && !isDeepStrictEqual(expected, facts)) await write(facts);
    await used;
  }

  /** Once an hour at most, and best effort as well. */
  async function noteUse(): Promise<void> {
    const since = new Date(now() - useNotedMs).toISOString();
    if (key === undefined || (key.lastUsedAt !== undefined && key.lastUsedAt >= since)) return;
    await noteKeyUse(table, key.prefix, common.at, since).catch((error: unknown) => {
      request.note({ keyUse: error instanceof Error ? error.name : 'failed' });
    });
  }

  return {
    expect(facts) {
      expected = facts;
      // One after another: what was expected last is what stands.
      writing = writing.then(() => write(facts));
    },
    because(reason) {
      why = reason;
    },
    async during(work) {
      try {
        const { answered, facts } = await work();
        await conclude(facts);
        return answered;
      } catch (error) {
        await conclude({ status: 500, outcome: 'failed', reason: 'something broke on our side' });
        throw error;
      }
    },
  };
}
