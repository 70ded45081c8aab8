import * as z from 'zod';
import type { CallFacts } from '../kit/activity-log.ts';
import { describeRefusal } from '../kit/describe-refusal.ts';
import type { HttpReply } from '../kit/http.ts';
import { BatchAnswer } from './answer.ts';

const WithTicket = z.object({ ticket: z.object({ id: z.string() }) });

/** What the key's activity says of a report, by what its sender was told. */
export function describeReply(reply: HttpReply): CallFacts {
  const { status, headers, json } = reply;
  const ticket = WithTicket.safeParse(json).data?.ticket.id;
  if (status === 201 && ticket !== undefined) {
    return { status, outcome: headers?.['idempotency-replayed'] === 'true' ? 'replayed' : 'accepted', ticket };
  }
  const batch = BatchAnswer.safeParse(json).data;
  if (batch !== undefined) {
    const { accepted, refused } = batch;
    const reason = refused === 0 ? {} : { reason: `${refused} of ${accepted + refused} reports were refused.` };
    return { status, outcome: accepted === 0 ? 'refused' : 'accepted', ...reason };
  }
  if (status < 300) return { status, outcome: 'checked' };
  return describeRefusal(reply);
}
