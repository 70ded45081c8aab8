import {
  readTicketParts,
  removeFileItem,
  removeTicketLookups,
  type TicketPart,
} from '../../adapters/dynamodb/deleted-tickets.ts';
import { removeItem } from '../../adapters/dynamodb/remove-item.ts';
import type { EraseDependencies } from './erase-target.ts';
import { mapAtOnce } from './map-at-once.ts';
import { patiently } from './patiently.ts';
import { emptyPlace } from './remove-object.ts';

/** Clears away all that hangs on a deleted ticket: comments, files with their objects, history, marks, and how it was found. */
export async function eraseTicket(
  dependencies: EraseDependencies,
  project: string,
  ticket: string,
): Promise<'erased' | 'busy'> {
  const { table } = dependencies;
  let outcome: 'erased' | 'busy' = 'erased';
  for await (const parts of readTicketParts(table, project, ticket)) {
    const removed = await mapAtOnce(parts, (part) => removePart(dependencies, part));
    if (removed.includes('changed-meanwhile')) outcome = 'busy';
  }
  await patiently(dependencies, () => removeTicketLookups(table, project, ticket));
  return outcome;
}

/** A file's object goes first: while its item is there, it is known that there may be one. */
async function removePart(
  dependencies: EraseDependencies,
  { key, file }: TicketPart,
): Promise<'removed' | 'changed-meanwhile'> {
  const { table, bucket } = dependencies;
  if (file === undefined) {
    await patiently(dependencies, () => removeItem(table, key));
    return 'removed';
  }
  await emptyPlace(bucket, file);
  return await patiently(dependencies, () => removeFileItem(table, key, file));
}
