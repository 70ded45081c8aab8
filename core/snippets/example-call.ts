import type { ExternalListener, ProjectDocument } from '../document/schema.ts';
import { exampleBody } from './example-body.ts';

/** Values of external data in examples, by type. */
const exampleValues = {
  boolean: true,
  dateTime: '2026-01-31T09:00:00Z',
  integer: 1,
  number: 1,
  string: 'example',
} as const;

/** A body that a listener reads, as far as its configuration tells; undefined where it reads none. */
export function exampleCall(
  listener: ExternalListener,
  { externalDataGroups }: Pick<ProjectDocument, 'externalDataGroups'>,
  found: string,
): object | undefined {
  const group = listener.type === 'data' ? externalDataGroups.find(({ key }) => key === listener.group) : undefined;
  const values = [
    ...(listener.find === undefined ? [] : [{ parameter: listener.find, value: found }]),
    ...(listener.type === 'comment' ? [{ parameter: listener.textParameter, value: 'Example of a comment' }] : []),
    ...(group?.fields.map(({ parameter, type }) => ({ parameter, value: exampleValues[type] })) ?? []),
  ];
  return values.length === 0 ? undefined : exampleBody(values).body;
}
