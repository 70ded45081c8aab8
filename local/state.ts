import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { readJson, writeJson } from './json-file.ts';

const State = z.object({
  clientSecret: z.string(),
  /** Whole keys by prefix. */
  keys: z.record(z.string(), z.string()).default({}),
  documentApplied: z.boolean().default(false),
  /** What the document's jiraUrl was set to; two while it is being changed, for a start may end before it knows. */
  jiraUrls: z.array(z.string()).default([]),
  /** The value that each secret was set to, and how the API listed it then: listed the same, nobody has changed it. */
  secrets: z.record(z.string(), z.object({ value: z.string(), listed: z.string() })).default({}),
  nextIssue: z.number().default(1),
  /** Where the bucket was: addresses that were signed for it go on working. */
  bucketPort: z.number().optional(),
});
export type State = z.infer<typeof State>;

/** What the local stack remembers beside its engines. */
export type StateFile = { get: () => State; change: (part: Partial<State>) => void };

/** Opens it in a file that only its owner may read or, without one, in memory. */
export function openState(file?: string): StateFile {
  let state = (file === undefined ? undefined : readJson(file, State)) ?? freshState();
  const change = (part: Partial<State>) => {
    state = { ...state, ...part };
    if (file !== undefined) writeJson(file, state);
  };
  // A client secret that was handed out must be the same after a crash.
  change({});
  return { get: () => state, change };
}

/** What is forgotten when the tables are new: everything that lives in them. */
export const nothingSeeded: Partial<State> = { keys: {}, documentApplied: false, jiraUrls: [], secrets: {} };

function freshState(): State {
  return State.parse({ clientSecret: randomBytes(32).toString('base64url') });
}
