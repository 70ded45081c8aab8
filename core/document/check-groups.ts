import { type GroupName, resolveGroupName } from '../sources/group-reports.ts';
import { boundsOf } from '../sources/raise-field.ts';
import { type Checking, findRepeated } from './checking.ts';
import { listAllowed, type Path, quote } from './problems.ts';
import type { ExternalSource, FeedbackType } from './schema.ts';

/** Checks by what a source groups its reports, and what it counts them in. */
export function checkGroup(checking: Checking, path: Path, source: ExternalSource): void {
  const type = checking.document.feedbackTypes.find(({ key }) => key === source.feedbackType);
  const { group } = source;
  if (group === undefined || type === undefined) return;
  checkCounted(checking, [...path, 'group', 'add'], source, type);
  const names = group.by.map((name) => resolveGroupName(source, type, name));
  names.forEach((resolved, index) => {
    checkCompared(checking, [...path, 'group', 'by', index], { source, type, name: group.by[index] ?? '', resolved });
  });
  findRepeated(
    names,
    ({ parameter }) => parameter,
    (index, first) => {
      const message = `${quote(group.by[index] ?? '')} is compared already, as ${quote(group.by[first] ?? '')}`;
      checking.report([...path, 'group', 'by', index], 'duplicate_choice', message);
    },
  );
}

function checkCounted(
  { report }: Checking,
  path: Path,
  { group, feedbackType }: ExternalSource,
  { fields }: FeedbackType,
): void {
  const add = group?.add ?? '';
  const numbers = fields.filter(({ kind }) => kind === 'number');
  const counted = numbers.find(({ key }) => key === add);
  if (counted === undefined) {
    const known = listAllowed(numbers.map(({ key }) => key));
    report(path, 'invalid_choice', `${quote(add)} is not a number field of feedback type "${feedbackType}"${known}`);
    return;
  }
  const { least, most } = boundsOf(counted);
  if (least <= 1 && most >= 1) return;
  const range = [
    ...(counted.min === undefined ? [] : [`at least ${counted.min}`]),
    ...(counted.max === undefined ? [] : [`at most ${counted.max}`]),
  ];
  report(path, 'out_of_range', `${quote(add)} begins with 1, which the field does not allow (${range.join(', ')})`);
}

type Compared = { source: ExternalSource; type: FeedbackType; name: string; resolved: GroupName };

function checkCompared(
  { report, warn }: Checking,
  path: Path,
  { source, type, name, resolved: { parameter, field } }: Compared,
): void {
  const isFieldKey = type.fields.some(({ key }) => key === name);
  const isMapped = Object.hasOwn(source.fields, name);
  const others = type.fields.filter(({ key }) => key !== name && source.fields[key] === name);
  if (isFieldKey && !isMapped && others.length === 0) {
    const how = `to compare what is sent as ${quote(name)}, write "/${name}"`;
    report(path, 'invalid_choice', `${quote(name)} is a field to which this source maps no parameter: ${how}`);
  } else if (isFieldKey && isMapped && parameter !== name && others.length > 0) {
    const both = `the field, and the parameter of "${others[0]?.key}"`;
    const how = `write ${quote(parameter)} for the field, or "/${name}" for the parameter`;
    report(path, 'invalid_choice', `${quote(name)} is ambiguous (${both}): ${how}`);
  } else if (field?.kind === 'attachment') {
    report(path, 'not_allowed', `${quote(name)} is a file, which comes after its report: it cannot be compared`);
  } else if (field?.key === source.group?.add) {
    report(path, 'not_allowed', `${quote(name)} is what is counted: equal reports may differ in it`);
  } else if (field === undefined && !isReadOtherwise(source, parameter)) {
    warn(path, `no field is read from ${quote(name)}: reports are compared by what they send there`);
  }
}

function isReadOtherwise(source: ExternalSource, parameter: string): boolean {
  return parameter === source.submitter || (source.state === undefined && parameter === source.statusParameter);
}
