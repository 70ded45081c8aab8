import * as z from 'zod';
import type { Column } from '../columns.ts';

/** One call that crossed. */
export const Activity = z.looseObject({
  at: z.string(),
  apiKey: z.string().optional(),
  address: z.string(),
  method: z.string(),
  route: z.string(),
  status: z.int(),
  outcome: z.string(),
  reason: z.string().optional(),
  requestId: z.string(),
  ticket: z.string().optional(),
  member: z.string().optional(),
});
export type Activity = z.infer<typeof Activity>;

/** What a list shows of a call. */
export const activityColumns: readonly Column<Activity>[] = [
  { heading: 'AT', show: ({ at }) => at },
  { heading: 'STATUS', show: ({ status }) => String(status) },
  { heading: 'OUTCOME', show: ({ outcome }) => outcome },
  { heading: 'FROM', show: ({ address }) => address },
  { heading: 'WHAT', show: ({ method, route }) => `${method} ${route}` },
  {
    heading: 'WHY',
    show: ({ ticket = '', member = '', reason = '' }) => [ticket, member, reason].filter(Boolean).join(' '),
  },
];
