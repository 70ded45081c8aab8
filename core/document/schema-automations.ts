import * as z from 'zod';
import { ApiKeyPrefix } from '../keys/api-key.ts';
import { FilterReference, RecordTarget } from './schema-filters.ts';
import { Duration, Key, Name, ValuePath } from './schema-names.ts';

/** The period after which a schedule runs again. */
export const Every = z.enum(['hour', 'day', 'week', 'month']);

/** When a scheduled automation runs. */
const Schedule = z
  .strictObject({
    every: Every,
    at: z.string().max(20).optional().describe(':15, 03:00, MON 03:00, 1 03:00 or LAST 03:00, by what every says.'),
    timeZone: z.string().max(60).default('UTC').describe('An IANA name such as Europe/Berlin.'),
    start: z.string().max(40).optional().describe('A date or an instant; not before.'),
    end: z.string().max(40).optional().describe('A date or an instant; not after.'),
  })
  .describe('When it runs.');
export type Schedule = z.infer<typeof Schedule>;

/** What makes a macro run without a person. */
export const Automation = z
  .strictObject({
    key: Key,
    name: Name.optional(),
    enabled: z.boolean().default(true),
    trigger: z.enum(['submit', 'modify']).optional().describe('A new ticket, or any committed change after creation.'),
    schedule: Schedule.optional().describe('In place of trigger.'),
    feedbackType: Key.optional(),
    filter: FilterReference.optional(),
    macro: Key,
    limit: z.enum(['oncePerTicket']).optional(),
    unless: z.strictObject({ listener: Key }).optional().describe('Not for changes that came through this listener.'),
  })
  .describe('What makes a macro run without a person: trigger or schedule.');

const columns = z.array(ValuePath).min(1).max(200).describe('Paths as in tags: ticket.id, summary, jira.key.');

/** A read endpoint for many records. */
export const DataPackage = z
  .strictObject({
    key: Key,
    name: Name,
    target: RecordTarget,
    feedbackType: Key.optional(),
    filter: FilterReference.optional(),
    apiKey: ApiKeyPrefix,
    columns,
    refresh: Duration.optional().describe('How old a snapshot may become.'),
  })
  .describe('A read endpoint for many records, paged.');

/** A read endpoint for one found record. */
export const RecordLookup = z
  .strictObject({
    key: Key,
    name: Name,
    target: RecordTarget,
    feedbackType: Key.optional(),
    apiKey: ApiKeyPrefix,
    columns,
  })
  .describe('A read endpoint for one found record.');
