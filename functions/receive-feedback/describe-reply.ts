import * as z from 'zod';
import type { CallFacts } from '../kit/activity-log.ts';
import { describeRefusal } from '../kit/describe-refusal.ts';
import type { HttpReply } from '../kit/http.ts';

const WithTicket = z.object({
  ticket: z.object({ id: z.string() }),
  grouped: z.boolean().optional(),
  dryRun: z.boolean().optional(),
});
const WithReports = z.object({
  accepted: z.int(),
  refused: z.int(),
  reports: z.array(
    z.looseObject({ status: z.int(), dryRun: z.boolean().optional(), replayed: z.boolean().optional() }),
  ),
});

/** Refused reports of a batch whose reasons are told in the activity. */
const toldRefusals = 3;

/** What a key's activity says of a call that was answered so: the ticket, or why there is none. */
export function describeReply(reply: HttpReply): CallFacts {
  const { status, json, headers } = reply;
  const told = WithTicket.safeParse(json).data;
  if (told !== undefined && told.dryRun !== true) {
    const ticket = told.ticket.id;
    if (headers?.['idempotency-replayed'] === 'true') return { status, outcome: 'replayed', ticket };
    return { status, outcome: told.grouped === true ? 'grouped' : 'accepted', ticket };
  }
  const batch = WithReports.safeParse(json).data;
  if (batch !== undefined) return { status, ...describeBatch(batch) };
  if (status < 300) return { status, outcome: 'checked' };
  return describeRefusal(reply);
}

/** How many reports of a call were accepted and rejected. */
export function countReports({ status, json }: HttpReply): [outcome: string, reports: number][] {
  const batch = WithReports.safeParse(json).data;
  if (batch === undefined) return [[status < 300 ? 'accepted' : 'rejected', 1]];
  const counts: [string, number][] = [
    ['accepted', batch.accepted],
    ['rejected', batch.refused],
  ];
  return counts.filter(([, reports]) => reports > 0);
}

function describeBatch({ reports, accepted, refused }: z.infer<typeof WithReports>): Omit<CallFacts, 'status'> {
  const outcome = nameOutcome(reports, accepted);
  if (refused === 0) return { outcome };
  const reasons = reports.flatMap((json, place) =>
    json.status < 300 ? [] : [`/${place}: ${describeRefusal({ status: json.status, json }).reason}`],
  );
  const told = reasons.slice(0, toldRefusals).join(' ');
  return { outcome, reason: `${refused} of ${reports.length} reports were refused. ${told}` };
}

function nameOutcome(reports: z.infer<typeof WithReports>['reports'], accepted: number): string {
  const taken = reports.filter(({ status }) => status < 300);
  if (accepted === 0) return reports.some(({ status }) => status >= 500) ? 'failed' : 'refused';
  if (taken.every(({ dryRun }) => dryRun === true)) return 'checked';
  return taken.every(({ replayed }) => replayed === true) ? 'replayed' : 'accepted';
}
