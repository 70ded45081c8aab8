import { checkAdHocFilter } from '../../core/document/check-ad-hoc-filter.ts';
import type { ConditionScope } from '../../core/document/check-conditions.ts';
import { writePath } from '../../core/document/problems.ts';
import type { ProjectDocument } from '../../core/document/schema.ts';
import { Where } from '../../core/document/schema-filters.ts';
import { describeIssues } from '../../core/document/zod-problems.ts';
import { readJsonText } from '../../core/json-text.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { refuseParameters } from '../kit/http.ts';
import { isJsonObject } from '../kit/json-body.ts';
import type { Input } from '../kit/read-input.ts';

/** Problems that one answer lists. */
const maxErrors = 200;
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
  if (!where.success) {
    if (!isJsonObject(json.value)) return refused([{ code: 'invalid_type', message: shape }]);
    const found = describeIssues(where.error.issues, json.value, () => []).slice(0, maxErrors);
    return refused(found.map(({ path, code, message }) => ({ code, message: `${writePath(path)} ${message}.` })));
  }
  const problems = checkAdHocFilter(document, [], where.data, scope);
  if (problems.length === 0) return { outcome: 'read', input: where.data };
  return refused(
    problems.map(({ path, code, message }) => ({ code, message: path === '' ? message : `${path}: ${message}` })),
  );
}

function refused(problems: Omit<ParameterError, 'parameter'>[]): Input<Where> {
  return { outcome: 'refused', reply: refuseParameters(problems.map((one) => ({ parameter: 'where', ...one }))) };
}
