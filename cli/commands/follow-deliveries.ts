import * as z from 'zod';
import { Failure } from '../failure.ts';
import type { Client } from '../server/client.ts';
import { projectPath } from '../session.ts';
import { listEntries } from './pages.ts';

/** The newest deliveries that every look sees, and the most that are looked through for those that are new. */
const newest = 200;
const mostNew = 2_000;
/** Deliveries that are waited for at most, the oldest given up first, and how many of them one look asks for. */
const mostPending = 5_000;
const askedALook = 20;
/** One that says nothing of its next attempt is asked for no sooner than so many milliseconds later. */
const askAgainMs = 5_000;

const Delivery = z.looseObject({
  id: z.string(),
  macro: z.string(),
  action: z.string(),
  target: z.looseObject({ ticket: z.string().optional(), member: z.string().optional() }),
  outcome: z.string(),
  createdAt: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;

/** What a list has of a delivery, and when it is tried next: requests and answers are left out. */
const OneDelivery = z.object({
  ...Delivery.shape,
  project: z.string().optional(),
  reason: z.string().optional(),
  nextAttemptAt: z.string().optional(),
});

/**
 * Follows the deliveries of a project: each look gives those that it finds settled, again and again while they are among
 * the newest. One that was seen pending is asked for until it is settled, however old it becomes.
 */
export function followDeliveries(client: Client, project: string): () => Promise<Delivery[]> {
  const known = new Set<string>();
  /** When each is asked for, in milliseconds since 1970; those that were asked last are last. */
  const pending = new Map<string, number>();

  async function listNew(): Promise<Delivery[]> {
    const listed: Delivery[] = [];
    for await (const delivery of listEntries(client, Delivery, { path: projectPath(project, 'deliveries') }, mostNew)) {
      listed.push(delivery);
      // What is new may have come to the list behind what is newer, so the newest are always looked at.
      if (listed.length >= newest && known.has(delivery.id)) break;
    }
    return listed;
  }

  async function askFor(id: string): Promise<z.infer<typeof OneDelivery> | undefined> {
    try {
      return await client.read(OneDelivery, { path: projectPath(project, 'deliveries', id) });
    } catch (error) {
      // Settled and kept no longer, or gone with its project.
      if (error instanceof Failure && error.json.status === 404) return undefined;
      throw error;
    }
  }

  return async () => {
    const listed = await listNew();
    const isListed = new Set(listed.map(({ id }) => id));
    const due = [...pending].filter(([id, askAt]) => !isListed.has(id) && askAt <= Date.now()).slice(0, askedALook);
    const asked = await Promise.all(due.map(async ([id]) => ({ id, found: await askFor(id) })));
    // Only a look that came to its end counts: what it found is given, and found again otherwise.
    for (const { id, outcome } of listed) {
      known.add(id);
      if (outcome !== 'pending') pending.delete(id);
      else if (!pending.has(id)) pending.set(id, 0);
    }
    for (const { id, found } of asked) {
      pending.delete(id);
      if (found?.outcome !== 'pending') continue;
      pending.set(id, Math.max(Date.parse(found.nextAttemptAt ?? '') || 0, Date.now() + askAgainMs));
    }
    for (const id of pending.keys()) if (pending.size > mostPending) pending.delete(id);
    const settled = asked.flatMap(({ found }) => (found === undefined ? [] : [found]));
    return [...listed, ...settled].filter(({ outcome }) => outcome !== 'pending');
  };
}
