import { maxRenderedLength, type Rendered, type TemplatePart, tooLarge } from './parts.ts';
import { renderUrl } from './render-url.ts';
import type { TagValues, Template } from './template.ts';
import { writeTag } from './write-tag.ts';

/**
 * Puts values in for a template's tags, each encoded for its place; values are never scanned for tags. Stops as soon as
 * the text, secrets apart, is longer than `maxLength` UTF-16 units.
 */
export function renderTemplate(template: Template, values: TagValues, maxLength: number = maxRenderedLength): Rendered {
  if (template.context === 'url') return renderUrl(template, values, maxLength);
  const parts: TemplatePart[] = [];
  let text = '';
  let length = 0;
  for (const segment of template.segments) {
    if (segment.kind === 'secret') {
      if (text !== '') parts.push({ text });
      parts.push({ secret: segment.name, encoding: segment.encoding });
      text = '';
      continue;
    }
    const written = segment.kind === 'text' ? segment.text : writeTag(segment, values);
    if (typeof written !== 'string') return written;
    text += written;
    length += written.length;
    if (length > maxLength) return tooLarge(maxLength);
  }
  if (text !== '') parts.push({ text });
  return { outcome: 'rendered', parts };
}
