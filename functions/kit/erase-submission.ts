import { deleteSubmission, findSubmission } from '../../adapters/dynamodb/quarantine.ts';
import { bodiesOf, type KeptSubmission } from '../../core/quarantine/submission.ts';
import type { EraseDependencies } from './erase-target.ts';
import { patiently } from './patiently.ts';

/** Deletes a rejected report that became a ticket which is deleted; its bodies go first: while its item is there, they are known. */
export async function eraseSubmission(dependencies: EraseDependencies, project: string, id: string): Promise<'erased'> {
  const { table, now } = dependencies;
  const kept = await patiently(dependencies, () => findSubmission(table, project, id, now()));
  if (kept === undefined) return 'erased';
  await removeBodies(dependencies, kept);
  await patiently(dependencies, () => deleteSubmission(table, project, id));
  return 'erased';
}

/** Removes the bodies of a rejected report that lie in the bucket. */
export async function removeBodies(
  { largeBodies }: Pick<EraseDependencies, 'largeBodies'>,
  kept: KeptSubmission,
): Promise<void> {
  for (const body of bodiesOf(kept)) if ('objectKey' in body) await largeBodies.remove(body);
}
