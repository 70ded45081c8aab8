import * as z from 'zod';
import { encodeText, findHeaderFault } from './encode.ts';

/** How a secret is written at its place. */
export const SecretEncoding = z.enum(['url-start', 'url-component', 'header', 'json-string', 'form', 'text']);
export type SecretEncoding = z.infer<typeof SecretEncoding>;

/** A stretch of a rendered template: finished text, or a secret that is put in at each attempt. */
export const TemplatePart = z.union([
  z.object({ text: z.string() }),
  z.object({ secret: z.string(), encoding: SecretEncoding }),
]);
export type TemplatePart = z.infer<typeof TemplatePart>;

/** A rendered template with its secrets still as names, or why it cannot be sent, said with the tag's name. */
export type Rendered = { outcome: 'rendered'; parts: TemplatePart[] } | { outcome: 'failed'; reason: string };

/** A text with its secrets in it, or why it cannot be sent; a reason never quotes a secret's value. */
export type Filled = { outcome: 'filled'; text: string } | { outcome: 'failed'; reason: string };

/** Longest text that a template becomes, in UTF-16 units: well above what a body may have (256 KB), whose size is then said. */
export const maxRenderedLength = 1_048_576;

/** Longest text with secrets in it, in UTF-16 units: a secret may stand in a template any number of times. */
export const maxFilledLength = 1_048_576;

/** Why a text was given up before it was finished: no string, and no memory, holds what a template may ask for. */
export function tooLarge(maxLength: number): { outcome: 'failed'; reason: string } {
  return { outcome: 'failed', reason: `the rendered text is larger than the size limit of ${maxLength} characters` };
}

/** Puts secrets in, each encoded for its place; a URL goes through `finishUrl` instead. */
export function fillSecrets(parts: readonly TemplatePart[], secrets: ReadonlyMap<string, string>): Filled {
  let text = '';
  for (const part of parts) {
    const filled = fillPart(part, secrets);
    if (filled.outcome === 'failed') return filled;
    text += filled.text;
    if (text.length > maxFilledLength) return tooLarge(maxFilledLength);
  }
  return { outcome: 'filled', text };
}

/** One part as it is sent. */
export function fillPart(part: TemplatePart, secrets: ReadonlyMap<string, string>): Filled {
  if ('text' in part) return { outcome: 'filled', text: part.text };
  const value = secrets.get(part.secret);
  if (value === undefined) return { outcome: 'failed', reason: `secret.${part.secret} is not set` };
  const fault = part.encoding === 'header' ? findHeaderFault(value) : undefined;
  if (fault !== undefined) {
    return { outcome: 'failed', reason: `secret.${part.secret} contains ${fault.what}, which a header cannot carry` };
  }
  return { outcome: 'filled', text: encodeText(part.encoding, value) };
}

/** The parts as one text for people and logs, secrets as the tags that name them. */
export function describeParts(parts: readonly TemplatePart[]): string {
  return parts.map((part) => ('text' in part ? part.text : `((secret.${part.secret}))`)).join('');
}
