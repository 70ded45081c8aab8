import type { Rendered, TemplatePart } from './parts.ts';
import { renderUrl } from './render-url.ts';
import type { TagValues, Template } from './template.ts';
import { writeTag } from './write-tag.ts';

/** Puts values in for a template's tags, each encoded for its place; values are never scanned for tags. */
export function renderTemplate(template: Template, values: TagValues): Rendered {
  if (template.context === 'url') return renderUrl(template, values);
  const parts: TemplatePart[] = [];
  let text = '';
  for (const segment of template.segments) {
    if (segment.kind === 'text') {
      text += segment.text;
    } else if (segment.kind === 'tag') {
      const written = writeTag(segment, values);
      if (typeof written !== 'string') return written;
      text += written;
    } else {
      if (text !== '') parts.push({ text });
      parts.push({ secret: segment.name, encoding: segment.encoding });
      text = '';
    }
  }
  if (text !== '') parts.push({ text });
  return { outcome: 'rendered', parts };
}
