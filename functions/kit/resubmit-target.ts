import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { findSubmission } from '../../adapters/dynamodb/quarantine.ts';
import { resultMark, type TargetPlace } from '../../adapters/dynamodb/run-results.ts';
import { markItem } from '../../adapters/dynamodb/store-consequence.ts';
import type { LargeBodies } from '../../adapters/s3/large-bodies.ts';
import type { ErrorBody } from '../../core/reply-errors.ts';
import { type RunResult, resultWithout } from '../../core/runs/result.ts';
import type { Run } from '../../core/runs/run.ts';
import { patiently } from './patiently.ts';
import { resubmit } from './resubmit.ts';
import { storeAlone, type TargetDependencies } from './work-target.ts';

const maxTries = 5;
const tooBusy = 'the table was too busy: try it again';
/** UTF-16 units of a reason. */
const maxReasonLength = 1_000;

/** What taking kept submissions in a run needs. */
type ResubmitDependencies = TargetDependencies & { largeBodies: Pick<LargeBodies, 'readKept'> };

/** Takes one kept submission as a fresh one, once; undefined where the time was up before anything was stored. */
export async function resubmitTarget(
  dependencies: ResubmitDependencies,
  { run, configuration, deadline }: { run: Run; configuration: Configuration; deadline: number },
  target: { submission: string },
  place: TargetPlace,
): Promise<RunResult | undefined> {
  const { table, now, newId, pause } = dependencies;
  const settle = async (outcome: 'failed' | 'skipped', reason: string) =>
    await storeAlone(dependencies, run, place, resultWithout(target, outcome, reason.slice(0, maxReasonLength)));
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (now() > deadline) return undefined;
    if (tries > 1) await pause(25 * 2 ** tries);
    const kept = await patiently(dependencies, () => findSubmission(table, run.project, target.submission, now()));
    if (kept === undefined) return await settle('failed', 'it is not kept any more');
    if (kept.state === 'replayed') return await settle('skipped', `it was replayed before and is ${kept.ticket}`);
    const resultOf = (ticket: string): RunResult => ({ ...target, ticket, outcome: 'done', actions: [] });
    const token = newId();
    const taken = await resubmit(dependencies, kept, {
      configuration,
      by: run.cause.by ?? run.id,
      dryRun: false,
      beside: (ticket) => [markItem(table, resultMark(run, place, resultOf(ticket)), token)],
    });
    switch (taken.outcome) {
      case 'created':
        return resultOf(taken.ticket.id);
      case 'refused':
        return await settle('failed', describeRefusal(taken.refusal));
      case 'accepted-meanwhile':
        return await settle('skipped', `its sender sent it again and it became ${taken.ticket}`);
      case 'acceptable':
      case 'changed-meanwhile':
      case 'contended':
        continue;
    }
  }
  return await settle('failed', tooBusy);
}

function describeRefusal({ description, errors = [] }: ErrorBody): string {
  return [description, ...errors.map(({ parameter, message }) => `${parameter}: ${message}`)].join(' ');
}
