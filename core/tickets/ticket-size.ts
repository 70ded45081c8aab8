import type { Ticket } from './ticket.ts';

/** Most bytes that a ticket may have as JSON: an item of the table ends at 400 KB (docs/architecture.md, "The table"). */
const maxTicketBytes = 350 * 1024;

/** A ticket that the table would not take. */
export type TooLarge = { outcome: 'too-large'; bytes: number; maxBytes: number };

/** Whether a ticket has more bytes than the table takes; undefined where it does not. */
export function findTooLarge(ticket: Ticket): TooLarge | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(ticket));
  return bytes > maxTicketBytes ? { outcome: 'too-large', bytes, maxBytes: maxTicketBytes } : undefined;
}
