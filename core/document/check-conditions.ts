import { isDate } from '../dates.ts';
import { resolveTag, suggestTag } from '../templates/tag-scope.ts';
import { type Checking, isKnownType } from './checking.ts';
import { listAllowed, type Path, quote } from './problems.ts';
import type { Condition, Where } from './schema-filters.ts';
import { describeValueOf, type ValueKind, type ValueNature } from './value-kinds.ts';

/** The records that conditions are about, and what else they may ask. */
export type ConditionScope = {
  target: 'ticket' | 'member';
  feedbackType: string | undefined;
  /** `changed` has an answer only where a modification is judged. */
  allowsChanged: boolean;
  /** Conditions over a webhook's answer may point into it. */
  allowsPointers?: boolean;
};

const withoutValue = ['isEmpty', 'isNotEmpty', 'changed'];
const kindsOfOperator: Partial<Record<Condition['op'], readonly ValueKind[]>> = {
  equals: ['text', 'number', 'boolean', 'date', 'list'],
  notEquals: ['text', 'number', 'boolean', 'date', 'list'],
  in: ['text', 'number', 'boolean', 'date', 'list'],
  notIn: ['text', 'number', 'boolean', 'date', 'list'],
  contains: ['text', 'list'],
  startsWith: ['text', 'date'],
  greaterThan: ['number'],
  lessThan: ['number'],
  before: ['date'],
  after: ['date'],
  olderThan: ['date'],
};
const kindNames: Record<ValueKind, string> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date',
  list: 'a list of texts',
  files: 'a list of files',
};

/** Checks conditions: their paths, operators and values. */
export function checkWhere(checking: Checking, path: Path, where: Where, scope: ConditionScope): void {
  if ('all' in where) {
    where.all.forEach((part, index) => {
      checkWhere(checking, [...path, 'all', index], part, scope);
    });
  } else if ('any' in where) {
    where.any.forEach((part, index) => {
      checkWhere(checking, [...path, 'any', index], part, scope);
    });
  } else if ('not' in where) checkWhere(checking, [...path, 'not'], where.not, scope);
  else checkCondition(checking, path, where, scope);
}

function checkCondition(checking: Checking, path: Path, condition: Condition, scope: ConditionScope): void {
  const { report } = checking;
  const { op } = condition;
  if (op === 'changed' && !scope.allowsChanged) {
    report([...path, 'op'], 'not_allowed', 'only automations on modify can tell what changed');
  }
  const isPointer = condition.field.startsWith('/') && scope.allowsPointers === true;
  const nature = isPointer ? undefined : findNature(checking, [...path, 'field'], condition.field, scope);
  const kinds = kindsOfOperator[op];
  if (nature !== undefined && kinds !== undefined && !kinds.includes(nature.kind)) {
    report(
      [...path, 'op'],
      'not_allowed',
      `${op} does not fit ${quote(condition.field)}, which is ${kindNames[nature.kind]}`,
    );
    return;
  }
  checkValue(checking, path, condition, nature);
}

/** Where a path is read: on what record, and whether it may point into an answer. */
type ValueScope = {
  target: 'ticket' | 'member';
  feedbackType?: string | undefined;
  allowsPointers?: boolean | undefined;
};

/** Resolves a path of a filter or a column; reports one that means nothing. */
export function findNature(
  checking: Checking,
  path: Path,
  field: string,
  { target, feedbackType, allowsPointers }: ValueScope,
): ValueNature | undefined {
  if (!isKnownType(checking, feedbackType)) return undefined;
  const scope = { ...checking.names.tags(target, feedbackType), allowSecrets: false };
  const resolved = resolveTag(scope, field);
  if (resolved.outcome === 'value' && !resolved.path.startsWith('request.')) {
    return describeValueOf(checking, resolved.path, feedbackType);
  }
  const hint = checking.suggest(() => suggestTag(scope, field));
  const reason = resolved.outcome === 'refused' && scope.paths.has(field) ? resolved.message : undefined;
  const ofAll = target === 'ticket' ? 'a ticket of every type (a field takes a feedbackType beside it)' : `a ${target}`;
  const of = feedbackType === undefined ? ofAll : `a ticket of type "${feedbackType}"`;
  const pointer =
    allowsPointers === true ? `, and a path into the answer starts with /, such as ${quote(`/${field}`)}` : '';
  checking.report(path, 'invalid_choice', reason ?? `${quote(field)} is not a value of ${of}${hint}${pointer}`);
  return undefined;
}

function checkValue({ report }: Checking, path: Path, condition: Condition, nature: ValueNature | undefined): void {
  const { op, value } = condition;
  const at = [...path, 'value'];
  if (withoutValue.includes(op)) {
    if (value !== undefined) report(at, 'not_allowed', `${op} takes no value`);
    return;
  }
  if (value === undefined) {
    report(at, 'required', `${op} needs a value`);
    return;
  }
  const isList = Array.isArray(value);
  if (op === 'in' || op === 'notIn') {
    if (!isList) report(at, 'invalid_type', `${op} takes a list of values, such as [a, b]`);
  } else if (isList && !(nature?.kind === 'list' && (op === 'equals' || op === 'notEquals'))) {
    report(at, 'invalid_type', `${op} takes one value, not a list`);
    return;
  }
  (isList ? value : [value]).forEach((item, index) => {
    const fault = findValueFault(op, item, nature);
    if (fault !== undefined) report(isList ? [...at, index] : at, ...fault);
  });
}

function findValueFault(
  op: Condition['op'],
  item: string | number | boolean,
  nature: ValueNature | undefined,
): ['invalid_type' | 'invalid_date' | 'invalid_choice' | 'invalid_text', string] | undefined {
  if (op === 'olderThan') {
    const isDuration = typeof item === 'string' && /^[1-9][0-9]{0,4}[mhd]$/.test(item);
    return isDuration ? undefined : ['invalid_text', `${quote(item)} is not a duration such as 30m, 12h or 90d`];
  }
  if (op === 'startsWith' || op === 'contains') {
    if (typeof item !== 'string') return ['invalid_type', `${op} compares texts: write the value in quotes`];
    return op === 'contains' && nature?.kind === 'list' ? findChoiceFault(item, nature) : undefined;
  }
  const takesDate = op === 'before' || op === 'after' || nature?.kind === 'date';
  if (takesDate) {
    const isValid = typeof item === 'string' && isDate(item);
    return isValid
      ? undefined
      : ['invalid_date', `${quote(item)} is not a date such as 2026-11-30 or 2026-11-30T09:15:00Z`];
  }
  const wanted = op === 'greaterThan' || op === 'lessThan' ? 'number' : scalarOf(nature);
  if (wanted !== undefined && typeof item !== wanted) return ['invalid_type', wrongScalar(wanted, item)];
  return typeof item === 'string' ? findChoiceFault(item, nature) : undefined;
}

function scalarOf(nature: ValueNature | undefined): 'string' | 'number' | 'boolean' | undefined {
  if (nature === undefined) return undefined;
  return nature.kind === 'number' || nature.kind === 'boolean' ? nature.kind : 'string';
}

function wrongScalar(wanted: 'string' | 'number' | 'boolean', item: string | number | boolean): string {
  if (wanted === 'string') return `is compared with a text: write ${JSON.stringify(String(item))} in quotes`;
  return `is compared with ${wanted === 'number' ? 'a number' : 'true or false'}: write it without quotes`;
}

function findChoiceFault(item: string, nature: ValueNature | undefined): ['invalid_choice', string] | undefined {
  if (nature?.allowed === undefined || nature.allowed.includes(item)) return undefined;
  return ['invalid_choice', `${quote(item)} is not ${nature.allowedAre ?? 'allowed'}${listAllowed(nature.allowed)}`];
}
