import type { TargetPlace } from '../../adapters/dynamodb/run-results.ts';
import type { AttachmentBucket } from '../../adapters/s3/attachment-bucket.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { RunResult } from '../../core/runs/result.ts';
import type { Run } from '../../core/runs/run.ts';
import { eraseDelivery } from './erase-delivery.ts';
import { erasePerson } from './erase-person.ts';
import { eraseOfProject } from './erase-project.ts';
import { eraseSubmission } from './erase-submission.ts';
import { eraseTicket } from './erase-ticket.ts';
import { storeAlone, type TargetDependencies } from './work-target.ts';

/** What erasing needs. */
export type EraseDependencies = TargetDependencies & {
  bucket: AttachmentBucket;
  largeBodies: Pick<LargeBodies, 'store' | 'read' | 'readKept' | 'rewrite' | 'remove'>;
};

/** Looks at what is in somebody's hands before the page is given back, and the longest wait between them, in milliseconds. */
const maxLooks = 10;
const maxWaitMs = 2_000;

/**
 * Erases one thing of a run; done again it does nothing, so that a crash between any two steps is no loss. Undefined where it
 * is in somebody's hands for longer, or the time was up.
 */
export async function eraseTarget(
  dependencies: EraseDependencies,
  { run, deadline }: { run: Run; deadline: number },
  target: { item: string },
  place: TargetPlace,
): Promise<RunResult | undefined> {
  const { now, pause } = dependencies;
  for (let looks = 1; looks <= maxLooks && now() <= deadline; looks += 1) {
    if (looks > 1) await pause(maxWaitMs);
    if ((await erase(dependencies, run, target.item)) === 'busy') continue;
    return await storeAlone(dependencies, run, place, { ...target, outcome: 'done', actions: [] });
  }
  return undefined;
}

async function erase(dependencies: EraseDependencies, run: Run, item: string): Promise<'erased' | 'busy'> {
  if (run.over.kind === 'erasure' && run.over.of === 'member') return await erasePerson(dependencies, run, item);
  if (run.over.kind === 'erasure' && run.over.of === 'project') return await eraseOfProject(dependencies, run, item);
  const [kind, ...rest] = item.split('/');
  const id = rest.join('/');
  switch (kind) {
    case 'delivery':
      return await eraseDelivery(dependencies, run.project, id);
    case 'submission':
      return await eraseSubmission(dependencies, run.project, id);
    case 'ticket':
      return await eraseTicket(dependencies, run.project, id);
    default:
      throw new Error(`a run cannot erase "${kind}"`);
  }
}
