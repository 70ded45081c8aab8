import * as z from 'zod';
import { ChangeCause } from '../records/change.ts';

/** What a team is told of: a ticket that was submitted to it, or moved to it. */
const NotificationEvent = z.enum(['submitted', 'moved']);

/** That a team is to be told of a ticket: stored with what happened, with all that the e-mails say of it. */
export const Notification = z.object({
  id: z.string(),
  project: z.string(),
  event: NotificationEvent,
  team: z.string(),
  ticket: z.string(),
  summary: z.string().optional(),
  status: z.string(),
  /** What submitted or moved the ticket. */
  cause: ChangeCause.omit({ chain: true }),
  /** Who did it, where that is known: they need not be told. */
  doer: z.string().optional(),
  at: z.iso.datetime(),
  /** The last address, in the order of addresses, that has its e-mail. */
  toldUpTo: z.string().optional(),
  /** When everybody had theirs. */
  toldAt: z.iso.datetime().optional(),
});
export type Notification = z.infer<typeof Notification>;

/** A notification after these people, in the order of their addresses, were told; `toldAt` where they were the last. */
export function afterTelling(
  notification: Notification,
  people: readonly string[],
  toldAt: string | undefined,
): Notification {
  const toldUpTo = people.at(-1) ?? notification.toldUpTo;
  return {
    ...notification,
    ...(toldUpTo === undefined ? {} : { toldUpTo }),
    ...(toldAt === undefined ? {} : { toldAt }),
  };
}
