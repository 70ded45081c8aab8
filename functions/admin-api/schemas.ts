import * as z from 'zod';
import { ListedApiKey } from '../../adapters/dynamodb/api-keys.ts';
import { ListedMember } from '../../adapters/dynamodb/memberships.ts';
import { ListedProject } from '../../adapters/dynamodb/projects.ts';
import { Role } from '../../core/access/role.ts';
import { Activity } from '../../core/activity.ts';
import { durationMs } from '../../core/dates.ts';
import { DeliveryOutcome, ListedDelivery, WebhookMethod } from '../../core/deliveries/delivery.ts';
import { ListedSecret } from '../../core/deliveries/secret.ts';
import { Name } from '../../core/document/schema-names.ts';
import { ApiKeyPrefix } from '../../core/keys/api-key.ts';
import { Change } from '../../core/records/change.ts';
import { Comment } from '../../core/records/comment.ts';
import { countCodePoints } from '../../core/tickets/field-value.ts';
import { ListedTicket } from '../../core/tickets/ticket.ts';
import { isAddressRange } from '../kit/address-ranges.ts';
import { canonicalHost } from './canonical-host.ts';

/** Entries of a list's page: as many as are asked for, 50 by default. */
const maxPageItems = 200;
const defaultPageItems = 50;
/** Longest value of a secret, in characters. */
const maxSecretLength = 10_000;
/** Longest overlap of two values of a secret. */
const maxOverlapMs = durationMs('7d');

/** Longest overlap of two secrets of an API key. */
const maxKeyOverlapMs = durationMs('30d');

/** A flag of a query string: anything but these two is refused, since `?dryRun=1` must never apply a document. */
export const Flag = z.enum(['true', 'false']).default('false');

/** What every list can be asked. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(maxPageItems).default(defaultPageItems).describe('Entries of a page.'),
  cursor: z.string().optional().describe('Where to go on: the `cursor` of the page before.'),
});

/** What the list of tickets can be asked. */
export const TicketsQuery = PageQuery.extend({
  feedbackType: z
    .string()
    .optional()
    .describe('The key of a feedback type; without it the types come one after another.'),
  order: z.enum(['asc', 'desc']).default('asc').describe('Oldest first, or newest first.'),
  filter: z.string().optional().describe('The key of a saved filter.'),
  where: z.string().optional().describe('Conditions as JSON, instead of a saved filter.'),
});

/** What a record's history and comments can be asked. */
export const EntriesQuery = PageQuery.extend({
  order: z.enum(['asc', 'desc']).default('desc').describe('Oldest first, or newest first.'),
});

/** What the activity of a key or project can be asked. */
export const ActivityQuery = PageQuery.extend({
  outcome: z.string().optional().describe('Only calls that came to this, such as refused, accepted or missing.'),
  since: z.iso.datetime({ offset: true }).optional().describe('Only calls that were made then or later.'),
});

/** What the list of members can be asked. */
export const MembersQuery = PageQuery.extend({
  team: z.string().optional().describe('Only members of this team.'),
  role: Role.optional().describe('Only members who have this role.'),
});

/** What the list of deliveries can be asked. */
export const DeliveriesQuery = PageQuery.extend({
  outcome: DeliveryOutcome.optional(),
  ticket: z.string().optional().describe('The id of a ticket.'),
  member: z.string().optional().describe('The e-mail address of a member.'),
  macro: z.string().optional().describe('The key of a macro.'),
  action: z.string().optional().describe("An action's key, or its kind and place such as `webhook-1`."),
});

/** What reading a document can be asked. */
export const DocumentQuery = z.object({ members: Flag.describe('Whether the members are in it.') });

/** What applying a document can be asked. */
export const ApplyQuery = z.object({
  dryRun: Flag.describe('Only say what would change.'),
  force: Flag.describe('Apply it even though it removes what tickets still hold, or may hold.'),
});

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return z
    .object({ items: z.array(item), cursor: z.string().optional().describe('Absent on the last page.') })
    .meta({ id });
}

/** What is shown of a project. */
const Project = ListedProject.meta({ id: 'Project' });
/** A project with what it has stored. */
export const ShownProject = ListedProject.extend({
  storage: z.object({
    files: z.int().describe('Attachments that are stored.'),
    bytes: z.int(),
    quotaBytes: z.int().optional().describe('Most bytes that it may store; absent where there is no limit.'),
  }),
}).meta({ id: 'ShownProject' });
export const ProjectPage = pageOf('ProjectPage', Project);
export const TicketPage = pageOf('TicketPage', ListedTicket);
export const MemberPage = pageOf('MemberPage', ListedMember);
export const ChangePage = pageOf('ChangePage', Change);
export const CommentPage = pageOf('CommentPage', Comment);
export const DeliveryPage = pageOf('DeliveryPage', ListedDelivery);
export const SecretPage = pageOf('SecretPage', ListedSecret);
export const ApiKeyPage = pageOf('ApiKeyPage', ListedApiKey);
export const ActivityPage = pageOf('ActivityPage', Activity);

const Host = z
  .string()
  .refine((text) => canonicalHost(text) !== undefined, 'is no host such as api.example.com or api.example.com:8443')
  .meta({ example: 'api.example.com' });

/** A secret as it is set. Messages about it never quote what was given. */
export const NewSecret = z
  .strictObject({
    value: z
      .string()
      .min(1, 'may not be empty')
      .refine(
        (text) => countCodePoints(text) <= maxSecretLength,
        `may have ${maxSecretLength.toLocaleString('en')} characters at most`,
      )
      // Any other text signs with its own bytes, so nobody would find out until a receiver refuses the signature.
      .refine(
        (text) =>
          !text.startsWith('whsec_') ||
          /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
        'begins with whsec_ as signing keys do, so nothing but Base64 may follow',
      ),
    hosts: z
      .array(Host)
      .min(1, 'names at least one host, or is left out')
      .max(50)
      .optional()
      .describe('The only hosts it is sent to; any where absent.'),
    overlap: z
      .string()
      // What is no duration has no length that could be judged.
      .regex(/^[1-9]\d{0,4}[mhd]$/, { message: 'a duration such as 24h', abort: true })
      .refine((text) => durationMs(text) <= maxOverlapMs, 'may be 7d at most')
      .optional()
      .describe(
        'How long the value until now signs webhooks and is taken of callers as well, such as 24h; 7d at most.',
      ),
  })
  .meta({ id: 'NewSecret' });

const AddressRange = z
  .string()
  .max(50)
  .refine(isAddressRange, 'is no address or range such as 203.0.113.0/24 or 2001:db8::/32')
  .meta({ example: '203.0.113.0/24' });
const keySettings = {
  description: z.string().max(1_000).describe('What it is for.'),
  enabled: z.boolean().describe('Whether it opens anything.'),
  allowedCidrs: z.array(AddressRange).min(1).max(50).describe('Where it may be used from; anywhere where absent.'),
  validUntil: z.iso.datetime({ offset: true }).describe('When it ends; never where absent.'),
  maxPerMinute: z.int().min(1).max(100_000).describe('Calls that it may make in a minute; any number where absent.'),
};

/** An API key as it is asked for. */
export const NewApiKey = z
  .strictObject({
    prefix: ApiKeyPrefix.meta({ example: 'mobile' }),
    name: Name.describe('What people read.'),
    ...keySettings,
  })
  .partial({ description: true, enabled: true, allowedCidrs: true, validUntil: true, maxPerMinute: true })
  .meta({ id: 'NewApiKey' });

/** What is changed of an API key; null takes a setting away. */
export const ApiKeyChange = z
  .strictObject({
    name: Name,
    enabled: keySettings.enabled,
    description: keySettings.description.nullable(),
    allowedCidrs: keySettings.allowedCidrs.nullable(),
    validUntil: keySettings.validUntil.nullable(),
    maxPerMinute: keySettings.maxPerMinute.nullable(),
  })
  .partial()
  .meta({ id: 'ApiKeyChange' });
export type ApiKeyChange = z.infer<typeof ApiKeyChange>;

/** How an API key's secret is replaced. */
export const KeyRotation = z
  .strictObject({
    overlap: z
      .string()
      .regex(/^(0|[1-9]\d{0,4})[mhd]$/, { message: 'a duration such as 24h', abort: true })
      .refine((text) => durationMs(text) <= maxKeyOverlapMs, 'may be 30d at most')
      .default('24h')
      .describe('How long the secret until now still counts, such as 24h; 0m ends it at once, 30d is the most.'),
  })
  .meta({ id: 'KeyRotation' });

/** The answer to a new API key, and the only one that ever shows it. */
export const CreatedApiKey = ListedApiKey.extend({
  key: z.string().describe('The whole key, `<prefix>-<secret>`; it is shown this once.'),
}).meta({ id: 'CreatedApiKey' });

/** A webhook action with its health. */
export const ShownEndpoint = z
  .object({
    macro: z.string().describe('The key of the macro.'),
    action: z.string().describe("The action's key, or its kind and place such as `webhook-1`."),
    name: z.string().describe("The macro's name."),
    method: WebhookMethod.optional().describe('Absent where the document has the action no more.'),
    state: z.enum(['healthy', 'failing', 'paused']).describe('`healthy` also where it was never used.'),
    failingSince: z.iso.datetime().optional().describe('The first failure after the last success.'),
    lastSuccessAt: z.iso
      .datetime()
      .optional()
      .describe('The success that ended the last failing or pause: that of a healthy webhook is not written.'),
    pausedAt: z.iso.datetime().optional(),
    reason: z.string().optional().describe('Why it is paused, or what failed first.'),
    waiting: z.int().optional().describe('Deliveries that wait while it is paused; counted up to 1,000.'),
  })
  .meta({ id: 'Endpoint' });
export type ShownEndpoint = z.infer<typeof ShownEndpoint>;
export const EndpointList = z.object({ items: z.array(ShownEndpoint) }).meta({ id: 'EndpointList' });
