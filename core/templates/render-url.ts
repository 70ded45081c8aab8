import {
  type Filled,
  fillPart,
  maxFilledLength,
  maxRenderedLength,
  type Rendered,
  type TemplatePart,
  tooLarge,
} from './parts.ts';
import type { TagValues, Template } from './template.ts';
import { checkUrl, type UrlTag } from './url-check.ts';
import { writeTag } from './write-tag.ts';

/** Stands for a secret that begins a URL while the rest is checked; the name can never exist (RFC 6761). */
const secretOrigin = 'https://secret.invalid';

/** Renders a URL of at most `maxLength` UTF-16 units, and refuses values that would change its origin or its path's components. */
export function renderUrl(template: Template, values: TagValues, maxLength: number = maxRenderedLength): Rendered {
  const parts: TemplatePart[] = [];
  const tags: UrlTag[] = [];
  let text = '';
  let length = 0;
  // What is checked: secrets, unknown as yet, stand in it as something harmless.
  let checked = '';
  for (const segment of template.segments) {
    if (segment.kind === 'secret') {
      if (text !== '') parts.push({ text });
      parts.push({ secret: segment.name, encoding: segment.encoding });
      text = '';
      checked += segment.encoding === 'url-start' ? secretOrigin : 'secret';
      continue;
    }
    const written = segment.kind === 'text' ? segment.text : writeTag(segment, values);
    if (typeof written !== 'string') return written;
    length += written.length;
    if (length > maxLength) return tooLarge(maxLength);
    text += written;
    checked += written;
    if (segment.kind === 'tag') {
      tags.push({ source: segment.source, start: checked.length - written.length, end: checked.length });
    }
  }
  const reason = checkUrl(checked, tags);
  if (reason !== undefined) return { outcome: 'failed', reason };
  if (text !== '') parts.push({ text });
  return { outcome: 'rendered', parts };
}

/** Puts a URL's secrets in, and checks the whole as `renderUrl` did its known part. */
export function finishUrl(parts: readonly TemplatePart[], secrets: ReadonlyMap<string, string>): Filled {
  const tags: UrlTag[] = [];
  let text = '';
  for (const part of parts) {
    const filled = fillPart(part, secrets);
    if (filled.outcome === 'failed') return filled;
    text += filled.text;
    if (text.length > maxFilledLength) return tooLarge(maxFilledLength);
    if ('secret' in part) {
      tags.push({ source: `secret.${part.secret}`, start: text.length - filled.text.length, end: text.length });
    }
  }
  const reason = checkUrl(text, tags);
  return reason === undefined ? { outcome: 'filled', text } : { outcome: 'failed', reason };
}
