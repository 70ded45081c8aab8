import type { Checking } from './checking.ts';
import { possibleTypes } from './checking.ts';
import type { ExternalDataField, Field } from './schema.ts';

/** What a filter can ask of a value. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'files';

/** A value of a record: its kind, and the texts it can have where they are limited. */
export type ValueNature = { kind: ValueKind; allowed?: string[]; allowedAre?: string };

const kindOfField: Record<Field['kind'], ValueKind> = {
  text: 'text',
  longText: 'text',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  singleChoice: 'text',
  multipleChoice: 'list',
  ratingScale: 'number',
  attachment: 'files',
};
const kindOfExternalData: Record<ExternalDataField['type'], ValueKind> = {
  boolean: 'boolean',
  dateTime: 'date',
  integer: 'number',
  number: 'number',
  string: 'text',
};
const kindOfPath: Record<string, ValueKind> = {
  'ticket.createdAt': 'date',
  'ticket.updatedAt': 'date',
  'submitter.score': 'number',
  'member.score': 'number',
  now: 'date',
};

/** What kind of value a path means; undefined where that cannot be told because the part it belongs to is itself wrong. */
export function describeValueOf(
  checking: Checking,
  path: string,
  feedbackType: string | undefined,
): ValueNature | undefined {
  const { names, document } = checking;
  const types = possibleTypes(checking, feedbackType);
  const [first, second, third] = path.split('.');
  switch (path) {
    case 'ticket.status': {
      const allowed = types.flatMap((type) => names.statuses(type.key));
      return { kind: 'text', allowed: [...new Set(allowed)], allowedAre: 'a status' };
    }
    case 'ticket.workflow': {
      const allowed = types.flatMap((type) => names.workflows(type.key));
      return { kind: 'text', allowed: [...new Set(allowed)], allowedAre: 'a workflow' };
    }
    case 'ticket.team':
      return { kind: 'text', allowed: names.of('teams'), allowedAre: 'a team' };
    case 'member.teams':
      return { kind: 'list', allowed: names.of('teams'), allowedAre: 'a team' };
    case 'ticket.type':
      return { kind: 'text', allowed: names.of('feedbackTypes'), allowedAre: 'a feedback type' };
    case 'attachments':
      return { kind: 'files' };
    default:
      break;
  }
  if (first === 'field') return describeField(types.flatMap((type) => type.fields.filter(({ key }) => key === second)));
  const [groupKey, fieldKey] = first === 'external' || third !== undefined ? [second, third] : [undefined, undefined];
  if (groupKey === undefined) return { kind: kindOfPath[path] ?? 'text' };
  const group = document.externalDataGroups.find(({ key }) => key === groupKey);
  const field = group?.fields.find(({ key }) => key === fieldKey);
  return field === undefined ? undefined : { kind: kindOfExternalData[field.type] };
}

/** Fields of one key in several feedback types may differ in kind; then nothing more is known. */
function describeField(fields: readonly Field[]): ValueNature | undefined {
  const [kind, ...others] = new Set(fields.map((field) => kindOfField[field.kind]));
  if (kind === undefined || others.length > 0) return undefined;
  if (!fields.every((field) => field.options !== undefined)) return { kind };
  const label = fields[0]?.label;
  return { kind, allowed: fields.flatMap(({ options }) => options ?? []), allowedAre: `a choice of ${label}` };
}
