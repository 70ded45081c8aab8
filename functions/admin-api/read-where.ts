import { checkAdHocFilter } from '../../core/document/check-ad-hoc-filter.ts';
import type { ConditionScope } from '../../core/document/check-conditions.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { Where } from '../../core/document/schema-filters.ts';
import { readJsonText } from '../../core/json-text.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { refuseParameters } from '../kit/http.ts';
import type { Input } from '../kit/read-input.ts';

const shape =
  'where takes JSON: {"field": "severity", "op": "equals", "value": "Low"}, or {"all": […]}, {"any": […]}, {"not": …} of such.';

/** Reads conditions that a query carries as JSON; refuses them with every problem they have. */
export function readWhere(document: ProjectDocument, scope: ConditionScope, text: string): Input<Where> {
  const json = readJsonText(text);
  if (json.outcome === 'refused') {
    return refused(
      json.problems.map(({ where, message }) => ({
        code: 'invalid_text',
        message: where === '' ? message : `${where}: ${message}`,
      })),
    );
  }
  const where = Where.safeParse(json.value);
  if (!where.success) return refused([{ code: 'invalid_type', message: shape }]);
  const problems = checkAdHocFilter(document, [], where.data, scope);
  if (problems.length === 0) return { outcome: 'read', input: where.data };
  return refused(
    problems.map(({ path, code, message }) => ({ code, message: path === '' ? message : `${path}: ${message}` })),
  );
}

function refused(problems: Omit<ParameterError, 'parameter'>[]): Input<Where> {
  return { outcome: 'refused', reply: refuseParameters(problems.map((one) => ({ parameter: 'where', ...one }))) };
}
