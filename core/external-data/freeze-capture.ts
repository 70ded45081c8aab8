import type { FrozenCapture } from '../deliveries/delivery.ts';
import type { ProjectDocument } from '../document/schema.ts';

/** Freezes which values of an answer are kept; undefined where the document has no such group. */
export function freezeCapture(
  document: Pick<ProjectDocument, 'externalDataGroups'>,
  group: string,
): FrozenCapture | undefined {
  const found = document.externalDataGroups.find(({ key }) => key === group);
  if (found === undefined) return undefined;
  const fields = found.fields.map(({ key, type, parameter, match, lookup }) => ({
    key,
    type,
    parameter,
    ...(match === undefined ? {} : { match }),
    ...(lookup ? { lookup } : {}),
  }));
  return { group, fields };
}
