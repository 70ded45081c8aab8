import { type CompiledTemplate, compileTemplate } from '../templates/compile.ts';
import { applyFilter } from '../templates/filters.ts';
import { describeParts } from '../templates/parts.ts';
import { renderTemplate } from '../templates/render.ts';
import type { TagScope } from '../templates/tag-scope.ts';
import type { TagValue, TagValues, Template } from '../templates/template.ts';

/** A rendered text, or why it could not be rendered. */
export type RenderedText = { outcome: 'rendered'; text: string } | { outcome: 'failed'; reason: string };

/** What a text of an action is rendered with; `action` is the object of the loaded document. */
export type TextRendering = { action: object; scope: TagScope; values: TagValues };

/** Templates are compiled once per loaded document; rendering then is a loop over segments. */
const compiled = new WeakMap<object, Map<string, CompiledTemplate>>();

/** Renders one text of an action, named by its place. */
export function renderText(rendering: TextRendering, place: string, text: string): RenderedText {
  const template = compileOnce(rendering, place, text);
  if (template.outcome === 'refused') return refused(template);
  const rendered = renderTemplate(template.template, rendering.values);
  return rendered.outcome === 'failed' ? rendered : { outcome: 'rendered', text: describeParts(rendered.parts) };
}

/** The value that one text of an action stands for: the tag's own where the text is a single tag, else the rendered text. */
export function renderValue(
  rendering: TextRendering,
  place: string,
  text: string,
): { outcome: 'value'; value: TagValue | undefined } | { outcome: 'failed'; reason: string } {
  const template = compileOnce(rendering, place, text);
  if (template.outcome === 'refused') return refused(template);
  const only = onlyTag(template.template);
  if (only !== undefined) {
    const value = only.filters.reduce<TagValue | undefined>(
      (filtered, filter) => applyFilter(filter, filtered),
      rendering.values(only.path),
    );
    return { outcome: 'value', value };
  }
  const rendered = renderText(rendering, place, text);
  return rendered.outcome === 'failed' ? rendered : { outcome: 'value', value: rendered.text };
}

function onlyTag({ segments }: Template) {
  const [first, ...others] = segments;
  return first?.kind === 'tag' && others.length === 0 ? first : undefined;
}

function compileOnce({ action, scope }: TextRendering, place: string, text: string): CompiledTemplate {
  const templates = compiled.get(action) ?? new Map<string, CompiledTemplate>();
  compiled.set(action, templates);
  const template = templates.get(place) ?? compileTemplate(text, 'text', scope);
  templates.set(place, template);
  return template;
}

/** Refused at apply time, so only a document stored by an older version can get here. */
function refused({ problems }: Extract<CompiledTemplate, { outcome: 'refused' }>) {
  return { outcome: 'failed' as const, reason: problems.map(({ message }) => message).join('; ') };
}
