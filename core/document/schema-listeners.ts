import * as z from 'zod';
import { ApiKeyPrefix } from '../keys/api-key.ts';
import { FilterReference } from './schema-filters.ts';
import { Key, Name, Parameter } from './schema-names.ts';
import { Signature } from './schema-signatures.ts';
import { Aliases, MaxPerMinute } from './schema-sources.ts';

/** What macros and listeners act on. */
export const ActionTarget = z.enum(['feedback', 'member']);

/** Who may read a comment. */
export const Visibility = z.enum(['internal', 'public']);

/** A media type, with parameters or without: it becomes a header. */
const MediaType = z
  .string()
  .max(200)
  .regex(
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+( *; *[\w!#$&^.+-]+=("[ !#-~]*"|[\w!#$&^.+-]+))*$/,
    'a media type such as text/xml',
  );

const common = {
  key: Key.describe('The last word of its URL.'),
  name: Name,
  aliases: Aliases,
  target: ActionTarget,
  feedbackType: Key.optional(),
  find: Parameter.optional().describe('Where the body names the record, for senders that cannot put it in the URL.'),
  filter: FilterReference.optional().describe('The target must match, or nothing runs and the caller is told so.'),
  onMissing: z.enum(['refuse', 'ignore']).default('refuse').describe('Answer 404, or 200 and a log entry.'),
  apiKey: ApiKeyPrefix.optional().describe('The prefix of the API key that opens it. A key, a signature or both.'),
  signature: Signature.optional(),
  maxPerMinute: MaxPerMinute.optional(),
  reply: z
    .strictObject({ contentType: MediaType.default('text/plain'), body: z.string().max(10_000) })
    .optional()
    .describe('What the caller gets on success.'),
  challenge: z.enum(['slack']).optional().describe("Answer Slack's check of the URL, after the signature."),
};

/** An endpoint that acts on one found ticket or member. */
export const ExternalListener = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('macro'), ...common, macro: Key }).describe('Runs a macro.'),
    z
      .strictObject({
        type: z.literal('comment'),
        ...common,
        textParameter: Parameter.describe('Carries the text of the comment.'),
        visibility: Visibility.default('internal'),
      })
      .describe('Adds a comment.'),
    z.strictObject({ type: z.literal('data'), ...common, group: Key }).describe('Stores external data.'),
  ])
  .describe('An endpoint that acts on one found ticket or member.');
