import { actionKey } from '../macros/apply-macro.ts';
import { ParameterErrorCode } from '../reply-errors.ts';
import { readFieldValue } from '../tickets/field-value.ts';
import { checkTypeFitsTarget } from './check-filters.ts';
import { checkWebhook } from './check-webhooks.ts';
import {
  type Checking,
  checkFeedbackType,
  checkReference,
  checkStatus,
  checkTeam,
  findRepeated,
  isKnownType,
  nameType,
  possibleTypes,
} from './checking.ts';
import { listAllowed, type Path, quote } from './problems.ts';
import type { Action, Field, Macro } from './schema.ts';

type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** Checks macros: their actions, and what these refer to. */
export function checkMacros(checking: Checking): void {
  checking.document.macros.forEach((macro, index) => {
    const path = ['macros', index];
    checkTypeFitsTarget(checking, path, macro);
    checkFeedbackType(checking, [...path, 'feedbackType'], macro.feedbackType);
    macro.showAsAction?.teams.forEach((team, place) => {
      checkTeam(checking, [...path, 'showAsAction', 'teams', place], team);
    });
    findRepeated(
      macro.actions.map((action, place) => actionKey(action, place)),
      (key) => key,
      (place, first, key) => {
        const message = `"${key}" names action ${first + 1} of this macro already`;
        checking.report([...path, 'actions', place, 'key'], 'duplicate_choice', message);
      },
    );
    macro.actions.forEach((action, place) => {
      checkAction(checking, [...path, 'actions', place], action, macro);
    });
  });
}

function checkAction(checking: Checking, path: Path, action: Action, macro: Macro): void {
  const isForTicketsOnly = action.kind === 'workflow' || action.kind === 'setFields';
  if (isForTicketsOnly && macro.target === 'member') {
    checking.report([...path, 'kind'], 'not_allowed', `${action.kind} changes tickets, and this macro is for members`);
    return;
  }
  switch (action.kind) {
    case 'webhook':
      checkWebhook(checking, path, action, macro);
      break;
    case 'workflow':
      checkWorkflow(checking, path, action, macro);
      break;
    case 'setFields':
      checkSetFields(checking, path, action, macro);
      break;
    case 'teams':
      checkTeams(checking, path, action);
      break;
    case 'comment':
    case 'score':
    case 'email':
      break;
  }
}

function checkWorkflow(checking: Checking, path: Path, action: ActionOf<'workflow'>, macro: Macro): void {
  const { names, report } = checking;
  const { workflow, status, team } = action;
  if (team !== undefined) checkTeam(checking, [...path, 'team'], team);
  if (workflow === undefined && status === undefined && team === undefined) {
    const isCutOut = ['workflow', 'status', 'team'].some((name) => checking.isGiven([...path, name]));
    if (!isCutOut) report(path, 'required', 'give at least one of workflow, status and team');
  }
  const type = macro.feedbackType;
  if (!isKnownType(checking, type)) return;
  const known = names.workflows(type);
  const what = `a workflow of ${nameType(type)}`;
  if (workflow !== undefined && !checkReference(checking, [...path, 'workflow'], workflow, known, what)) return;
  if (typeof status === 'string') checkStatus(checking, [...path, 'status'], status, type, workflow);
  if (typeof status !== 'object') return;
  for (const [theirs, ours] of Object.entries(status.map)) {
    checkStatus(checking, [...path, 'status', 'map', theirs], ours, type, workflow);
  }
}

function checkSetFields(checking: Checking, path: Path, action: ActionOf<'setFields'>, macro: Macro): void {
  if (!isKnownType(checking, macro.feedbackType)) return;
  const known = checking.names.fields(macro.feedbackType);
  const types = possibleTypes(checking, macro.feedbackType);
  for (const [key, value] of Object.entries(action.fields)) {
    const at = [...path, 'fields', key];
    if (!checkReference(checking, at, key, known, `a field of ${nameType(macro.feedbackType)}`)) continue;
    const fields = types.flatMap((type) => type.fields.find((field) => field.key === key) ?? []);
    const fault = fields.map((field) => findFieldFault(field, value)).find((one) => one !== undefined);
    if (fault !== undefined) checking.report(at, fault.code, fault.message);
  }
}

type Fault = { code: ParameterErrorCode; message: string };

/** What keeps a field from taking a value; a text with tags is judged when it is rendered. */
function findFieldFault(field: Field, value: ActionOf<'setFields'>['fields'][string]): Fault | undefined {
  if (field.kind === 'attachment') {
    return { code: 'not_allowed', message: `${quote(field.key)} is an attachment, which takes no value` };
  }
  if (value === null && field.required) {
    return { code: 'required', message: `${quote(field.key)} is required and cannot be emptied` };
  }
  if (typeof value === 'string' && value.includes('((')) return undefined;
  const reading = readFieldValue(field, value, field.key);
  if (reading.outcome !== 'rejected') return undefined;
  const { error } = reading;
  const code = ParameterErrorCode.parse(error.code);
  return { code, message: `${error.message.replace(/\.$/, '')}${listAllowed(error.allowed ?? [])}` };
}

function checkTeams(checking: Checking, path: Path, { add, remove }: ActionOf<'teams'>): void {
  add.forEach((team, index) => {
    checkTeam(checking, [...path, 'add', index], team);
  });
  remove.forEach((team, index) => {
    checkTeam(checking, [...path, 'remove', index], team);
    if (!add.includes(team)) return;
    checking.report([...path, 'remove', index], 'duplicate_choice', `${quote(team)} is in add and in remove`);
  });
  const isCutOut = checking.isGiven([...path, 'add']) || checking.isGiven([...path, 'remove']);
  if (add.length + remove.length > 0 || isCutOut) return;
  checking.report(path, 'required', 'give at least one team in add or in remove');
}
