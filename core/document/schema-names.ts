import * as z from 'zod';
import { canonicalEmail } from '../members.ts';

/** Longest text that stands for itself: names, labels, options, in characters. */
const maxLabelLength = 200;
/** Longest template or plain value, in characters. A rendered body may have 256 KB at most (quality.md). */
const maxTemplateLength = 262_144;

/** The key of any object of the document, unique within its list. */
export const Key = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'a key: 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen',
  );

/** The name of a variable or of a secret. */
export const VariableName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a name: a letter, then up to 62 letters, digits, hyphens and underscores');

/** What people read in place of a key. */
export const Name = z.string().regex(/\S/, 'a name: it may not be blank').max(maxLabelLength);

/** A status' text, which is its key as well. */
export const StatusKey = z.string().regex(/\S/, 'a status: it may not be blank').max(60);

/** The letters before a ticket's number, such as BUG. */
export const IdPrefix = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{0,14}$/, 'an id prefix: a capital letter, then up to 14 capital letters and digits');

/** A span of time such as 30m, 12h or 90d. */
export const Duration = z.string().regex(/^[1-9][0-9]{0,4}[mhd]$/, 'a duration such as 30m, 12h or 90d');

/** Where a value stands in JSON: a top-level property, or an RFC 6901 JSON Pointer where it starts with `/`. */
export const Parameter = z
  .string()
  .regex(/^([^/]|(\/([^~/]|~0|~1)*)+$)/, 'a parameter: a property name, or a JSON Pointer such as /device/os/version')
  .max(500);

/** The path of a value of a ticket or a member, such as ticket.id, severity or jira.key. */
export const ValuePath = z.string().min(1).max(300);

/** A text in which ((tags)) are replaced. */
export const Template = z.string().max(maxTemplateLength);

/** A member's e-mail address; the parsed document holds its canonical form. */
export const Email = z.string().transform((text, context) => {
  const email = canonicalEmail(text);
  if (email !== undefined) return email;
  context.issues.push({
    code: 'invalid_format',
    format: 'email',
    input: text,
    message: 'an e-mail address: one @ with text on both sides, no spaces, at most 254 characters',
  });
  return z.NEVER;
});
