import { deleteSubmission, findSubmission } from '../../adapters/dynamodb/quarantine.ts';
import type { EraseDependencies } from './erase-target.ts';
import { patiently } from './patiently.ts';

/** Deletes a rejected report that became a ticket which is deleted; its bodies go first: while its item is there, they are known. */
export async function eraseSubmission(dependencies: EraseDependencies, project: string, id: string): Promise<'erased'> {
  const { table, largeBodies, now } = dependencies;
  const kept = await patiently(dependencies, () => findSubmission(table, project, id, now()));
  if (kept === undefined) return 'erased';
  const bodies = [kept.body, ...(kept.correction === undefined ? [] : [kept.correction.body])];
  for (const body of bodies) if ('objectKey' in body) await largeBodies.remove(body);
  await patiently(dependencies, () => deleteSubmission(table, project, id));
  return 'erased';
}
