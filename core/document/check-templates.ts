import { listAuthTexts } from '../deliveries/freeze-auth.ts';
import { bodyContext } from '../deliveries/freeze-webhook.ts';
import { compileTemplate } from '../templates/compile.ts';
import type { TagScope } from '../templates/tag-scope.ts';
import type { TemplateContext } from '../templates/template.ts';
import { recordOfTarget } from './check-listeners.ts';
import { type Checking, isKnownType } from './checking.ts';
import type { Path } from './problems.ts';
import type { Action, Macro, WebhookAction } from './schema.ts';

/** A text of the document in which tags are replaced, and where its values will stand. */
type TemplateUse = { path: Path; text: string; context: TemplateContext; allowsSecrets: boolean };

/** Where a template names a secret. */
export type SecretUse = { path: Path; name: string };

/** Compiles every template of every macro, reports what is wrong with it, and says which secrets they name. */
export function checkTemplates(checking: Checking): SecretUse[] {
  return checking.document.macros.flatMap((macro, index) => {
    const scope = checking.names.tags(recordOfTarget[macro.target], macro.feedbackType);
    const uses = macro.actions.flatMap((action, place) => listTemplates(['macros', index, 'actions', place], action));
    return uses.flatMap((use) => checkTemplate(checking, use, scope, macro));
  });
}

function checkTemplate(checking: Checking, use: TemplateUse, scope: TagScope, macro: Macro): SecretUse[] {
  if (!isKnownType(checking, macro.feedbackType)) return [];
  const compiled = compileTemplate(use.text, use.context, { ...scope, allowSecrets: use.allowsSecrets });
  if (compiled.outcome === 'refused') {
    for (const { message, line, column } of compiled.problems) {
      checking.report(use.path, 'invalid_text', `line ${line}, column ${column}: ${message}`);
    }
    return [];
  }
  const secrets = compiled.template.segments.flatMap((segment) => (segment.kind === 'secret' ? [segment.name] : []));
  return secrets.map((name) => ({ path: use.path, name }));
}

function listTemplates(path: Path, action: Action): TemplateUse[] {
  const text = (name: string, template: string): TemplateUse => ({
    path: [...path, name],
    text: template,
    context: 'text',
    allowsSecrets: false,
  });
  switch (action.kind) {
    case 'webhook':
      return listWebhookTemplates(path, action);
    case 'workflow':
      return typeof action.status === 'object'
        ? [{ ...text('status', action.status.from), path: [...path, 'status', 'from'] }]
        : [];
    case 'setFields':
      return Object.entries(action.fields).flatMap(([field, value]) =>
        typeof value === 'string' ? [{ ...text('fields', value), path: [...path, 'fields', field] }] : [],
      );
    case 'comment':
      return [text('text', action.text)];
    case 'email':
      return [text('to', action.to), text('subject', action.subject), text('text', action.text)];
    case 'score':
    case 'teams':
      return [];
  }
}

function listWebhookTemplates(path: Path, action: WebhookAction): TemplateUse[] {
  const use = (at: Path, text: string, context: TemplateContext): TemplateUse => ({
    path: [...path, ...at],
    text,
    context,
    // A text or XML body has no place of which is certain that it keeps a secret whole.
    allowsSecrets: at[0] !== 'body' || context === 'json' || context === 'form',
  });
  const { body, headers } = action;
  return [
    use(['url'], action.url, 'url'),
    ...Object.entries(headers).map(([name, text]) => use(['headers', name], text, 'header')),
    ...(action.auth === undefined ? [] : listAuthTexts(action.auth)).map(([at, text, context]) =>
      use(['auth', ...at], text, context),
    ),
    ...(typeof body === 'string' ? [use(['body'], body, bodyContext(action.contentType))] : []),
    ...(typeof body === 'object' ? Object.entries(body).map(([name, text]) => use(['body', name], text, 'form')) : []),
  ];
}
