import { type Checking, checkTeam, findRepeated } from './checking.ts';
import type { Path } from './problems.ts';
import type { Field, Workflow } from './schema.ts';

type Limit = 'maxLength' | 'options' | 'min' | 'max';

/** Which limits each kind of field takes (product.md, "Fields and values"). */
const limitsOfKind: Record<Field['kind'], readonly Limit[]> = {
  text: ['maxLength'],
  longText: ['maxLength'],
  number: ['min', 'max'],
  boolean: [],
  date: [],
  singleChoice: ['options'],
  multipleChoice: ['options'],
  ratingScale: ['min', 'max'],
  attachment: [],
};
const allLimits: readonly Limit[] = ['maxLength', 'options', 'min', 'max'];

/** Checks feedback types: their fields' limits, and the teams of their statuses. */
export function checkFeedbackTypes(checking: Checking): void {
  checking.document.feedbackTypes.forEach((type, index) => {
    const path = ['feedbackTypes', index];
    type.fields.forEach((field, place) => {
      checkField(checking, [...path, 'fields', place], field);
    });
    findRepeated(
      type.workflows,
      ({ key }) => key,
      (place, first, key) => {
        const message = `"${key}" is the key of entry ${first} of this list already`;
        checking.report([...path, 'workflows', place, 'key'], 'duplicate_choice', message);
      },
    );
    type.workflows.forEach((workflow, place) => {
      checkWorkflow(checking, [...path, 'workflows', place], workflow);
    });
  });
}

function checkField({ report, isGiven }: Checking, path: Path, field: Field): void {
  const { kind } = field;
  for (const limit of allLimits) {
    if (field[limit] === undefined || limitsOfKind[kind].includes(limit)) continue;
    report([...path, limit], 'not_allowed', `a field of kind ${kind} takes no ${limit}`);
  }
  if (kind === 'attachment' && field.required) {
    const message = 'an attachment cannot be required: files arrive after their ticket';
    report([...path, 'required'], 'not_allowed', message);
  }
  if (limitsOfKind[kind].includes('options')) checkOptions();
  if (kind === 'ratingScale') checkScale();
  const [min, max] = kind === 'ratingScale' ? [field.min ?? 1, field.max ?? 5] : [field.min, field.max];
  if (min !== undefined && max !== undefined && min > max) {
    report(
      [...path, field.max === undefined ? 'min' : 'max'],
      'out_of_range',
      `max is ${max}, which is less than min, ${min}`,
    );
  }

  function checkOptions(): void {
    const options = [...path, 'options'];
    if (field.options === undefined && !isGiven(options))
      report(options, 'required', `a field of kind ${kind} needs options`);
    findRepeated(
      field.options ?? [],
      (option) => option,
      (index, _, option) => report([...options, index], 'duplicate_choice', `"${option}" is listed twice`),
    );
  }

  function checkScale(): void {
    for (const limit of ['min', 'max'] as const) {
      const value = field[limit];
      if (value === undefined || Number.isInteger(value)) continue;
      report([...path, limit], 'out_of_range', 'a ratingScale has whole numbers');
    }
  }
}

function checkWorkflow(checking: Checking, path: Path, workflow: Workflow): void {
  workflow.statuses.forEach((status, index) => {
    checkTeam(checking, [...path, 'statuses', index, 'team'], status.team);
  });
  findRepeated(
    workflow.statuses,
    ({ key }) => key,
    (index, _, key) => {
      const message = `"${key}" is a status of workflow "${workflow.key}" already`;
      checking.report([...path, 'statuses', index, 'key'], 'duplicate_choice', message);
    },
  );
}
