import type { ProjectDocument } from '../document/schema.ts';
import type { ExternalData } from '../tickets/ticket.ts';

type Groups = Pick<ProjectDocument, 'externalDataGroups'>;

/** The groups and fields of a kind of record by whose values it is found. */
export function lookupFields(
  { externalDataGroups }: Groups,
  target: 'ticket' | 'member',
): { group: string; field: string }[] {
  return externalDataGroups.flatMap((group) =>
    group.target === target
      ? group.fields.flatMap(({ key, lookup }) => (lookup ? [{ group: group.key, field: key }] : []))
      : [],
  );
}

/** Whether a record holds a value by which it is found; values are compared as text. */
export function holdsValue(
  document: Groups,
  target: 'ticket' | 'member',
  external: ExternalData,
  value: string,
): boolean {
  return lookupFields(document, target).some(({ group, field }) => {
    const values = Object.hasOwn(external, group) ? external[group] : undefined;
    return values !== undefined && Object.hasOwn(values, field) && String(values[field]) === value;
  });
}
