import { scopeOfMembers, scopeOfTickets } from '../../core/macros/tag-scopes.ts';
import { compileTemplate } from '../../core/templates/compile.ts';
import { describeParts } from '../../core/templates/parts.ts';
import { renderTemplate } from '../../core/templates/render.ts';
import { readRecordValue } from '../../core/tickets/record-values.ts';
import { notFound, refuseParameters } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import type { AdminReply, Handle, ProjectCall } from './call.ts';
import { readChosenRecord } from './record-context.ts';
import { type PreviewedTemplate, TemplatePreview } from './template-schemas.ts';

/** Longest text of a preview, in UTF-16 units: more than any body may have, and escaped it stays below Lambda's 6 MB. */
const maxTextLength = 300_000;
/** Problems that an answer lists. */
const maxProblems = 200;

/** Renders a template for a chosen record, as a macro for its feedback type would; secrets stay tags. */
export const previewTemplate: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const configuration = await dependencies.readConfiguration(project);
  if (configuration === undefined) return notFound();
  const body = readBody(request, TemplatePreview);
  if (body.outcome === 'refused') return body.reply;
  const { template, context: place } = body.input;
  const record = await readChosenRecord(dependencies, configuration, body.input);
  if (record.outcome === 'refused') return record.reply;
  const { context } = record;
  const { document } = configuration;
  const scope = 'ticket' in context ? scopeOfTickets(document, context.ticket.feedbackType) : scopeOfMembers(document);
  const compiled = compileTemplate(template, place, scope);
  if (compiled.outcome === 'refused') {
    const errors = compiled.problems.slice(0, maxProblems).map(({ line, column, message }) => ({
      parameter: 'template',
      code: 'invalid_text' as const,
      message: `line ${line}, column ${column}: ${message}`,
    }));
    return refuseParameters(errors);
  }
  const rendered = renderTemplate(compiled.template, (path) => readRecordValue(context, path), maxTextLength);
  return rendered.outcome === 'failed'
    ? answer({ problem: rendered.reason })
    : answer({ text: describeParts(rendered.parts) });
};

function answer(json: PreviewedTemplate): AdminReply {
  return { status: 200, json, audit: 'nothing-changed' };
}
