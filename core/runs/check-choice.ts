import { checkAdHocFilter } from '../document/check-ad-hoc-filter.ts';
import type { Macro, ProjectDocument } from '../document/schema.ts';
import { maxWhereBytes, type Where } from '../document/schema-filters.ts';
import type { ParameterError } from '../reply-errors.ts';

/** Says what is wrong with the filter of a run, as of one in the document; nothing where it can be used. */
export function checkChoice(
  document: ProjectDocument,
  macro: Macro,
  { filter, where }: { filter?: string | undefined; where?: Where | undefined },
): ParameterError[] {
  const target = macro.target === 'member' ? ('member' as const) : ('ticket' as const);
  const scope = { target, feedbackType: macro.feedbackType, allowsChanged: false };
  const given = Object.entries({ filter, where });
  const errors = given.flatMap(([parameter, one]) => {
    const problems = one === undefined ? [] : checkAdHocFilter(document, [parameter], one, scope);
    return problems.map(
      ({ path, code, message }): ParameterError => ({ parameter: path, code, message: `${message}.` }),
    );
  });
  const saved = document.filters.find(({ key }) => key === filter)?.where;
  for (const [parameter, conditions] of Object.entries({ filter: saved, where })) {
    if (conditions === undefined || Buffer.byteLength(JSON.stringify(conditions)) <= maxWhereBytes) continue;
    const message = `The conditions of a run may have ${maxWhereBytes} bytes of JSON at most: split the run.`;
    errors.push({ parameter, code: 'too_long', message });
  }
  return errors;
}
