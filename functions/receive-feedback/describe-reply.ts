import * as z from 'zod';
import { ErrorBody } from '../../core/reply-errors.ts';
import type { CallFacts } from '../kit/activity-log.ts';
import type { HttpReply } from '../kit/http.ts';

const WithTicket = z.object({ ticket: z.object({ id: z.string() }) });

/** What the key's activity says of a report, by what its sender was told. */
export function describeReply({ status, headers, json }: HttpReply): CallFacts {
  const ticket = WithTicket.safeParse(json).data?.ticket.id;
  if (status === 201 && ticket !== undefined) {
    return { status, outcome: headers?.['idempotency-replayed'] === 'true' ? 'replayed' : 'accepted', ticket };
  }
  if (status < 300) return { status, outcome: 'checked' };
  const { description, errors = [] } = ErrorBody.parse(json);
  const reasons = errors.map(({ parameter, message }) => `${parameter}: ${message}`);
  return { status, outcome: 'refused', reason: [description, ...reasons].join(' ') };
}
