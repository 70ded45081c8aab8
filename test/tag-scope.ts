import { compileTemplate } from '../core/templates/compile.ts';
import { type TagScope, type TagScopeSource, ticketTagScope } from '../core/templates/tag-scope.ts';
import type { TagValue, TagValues, Template, TemplateContext } from '../core/templates/template.ts';

/** A small project for tests: one feedback type, one ticket group, one member group. */
export function scopeWith(changes: Partial<TagScopeSource> = {}): TagScope {
  return ticketTagScope({
    target: 'ticket',
    feedbackTypes: [
      {
        key: 'issues',
        fields: [
          { key: 'summary', label: 'Summary' },
          { key: 'severity', label: 'Severity' },
          { key: 'platforms', label: 'Platforms' },
          { key: 'occurrences', label: 'Occurrences' },
          { key: 'crashed-at', label: 'Crashed at' },
        ],
      },
    ],
    externalDataGroups: [
      { key: 'jira', target: 'ticket', fields: [{ key: 'key', label: 'Jira ID' }] },
      { key: 'app-usage', target: 'member', fields: [{ key: 'sessions', label: 'Sessions' }] },
    ],
    variables: ['jiraUrl'],
    allowSecrets: true,
    ...changes,
  });
}

/** Compiles a template that must be sound. */
export function compiled(text: string, context: TemplateContext): Template {
  const result = compileTemplate(text, context, scopeWith());
  if (result.outcome === 'refused') throw new Error(JSON.stringify(result.problems));
  return result.template;
}

/** A lookup over values by canonical path. */
export function valuesOf(values: Readonly<Record<string, TagValue>>): TagValues {
  return (path) => values[path];
}
