import { findDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { findLatestDelivery } from '../../adapters/dynamodb/latest-deliveries.ts';
import { storeReplay } from '../../adapters/dynamodb/replays.ts';
import { getResult, resultMark, type TargetPlace } from '../../adapters/dynamodb/run-results.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { laneOf } from '../../core/deliveries/message.ts';
import { whyLeftOut } from '../../core/runs/left-out.ts';
import { type RunResult, resultWithout } from '../../core/runs/result.ts';
import type { Run } from '../../core/runs/run.ts';
import { patiently } from './patiently.ts';
import { prepareReplay } from './prepare-replay.ts';
import { storeAlone, type TargetDependencies } from './work-target.ts';

const maxTries = 5;
const tooBusy = 'the table was too busy: try it again';

/** Sends one delivery of a bulk replay again, once; undefined where the time was up before anything was stored. */
export async function replayTarget(
  dependencies: TargetDependencies,
  { run, deadline }: { run: Run; deadline: number },
  target: { delivery: string },
  place: TargetPlace,
): Promise<RunResult | undefined> {
  const { table, now, newId, pause } = dependencies;
  const found = await patiently(dependencies, () => findDelivery(table, run.project, target.delivery));
  if (found === undefined) {
    return await storeAlone(dependencies, run, place, resultWithout(target, 'failed', 'it is not kept any more'));
  }
  const reason = await whyNot(dependencies, found.delivery);
  if (reason !== undefined) {
    return await storeAlone(dependencies, run, place, resultWithout(target, 'skipped', reason));
  }
  if (now() > deadline) return undefined;
  const at = now();
  const replay = await prepareReplay({ ...dependencies, now: at }, found.delivery);
  if (replay.outcome === 'refused') {
    return await storeAlone(dependencies, run, place, resultWithout(target, 'skipped', replay.reason));
  }
  const { delivery } = replay;
  const result: RunResult = { ...target, outcome: 'done', actions: [], replay: delivery.id };
  const write = { delivery, mark: resultMark(run, place, result), token: newId() };
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const outcome = await storeReplay(table, write, { ...dependencies, now: at });
    if (outcome === 'stored') return result;
    if (outcome === 'ticket-deleted') {
      return await storeAlone(dependencies, run, place, resultWithout(target, 'skipped', 'its ticket was deleted'));
    }
    if (outcome === 'done-before') return await patiently(dependencies, () => getResult(table, run, place));
  }
  return await storeAlone(dependencies, run, place, resultWithout(target, 'failed', tooBusy));
}

async function whyNot(dependencies: TargetDependencies, delivery: Delivery): Promise<string | undefined> {
  const { table } = dependencies;
  if (delivery.latestOnly !== true) return whyLeftOut(delivery, undefined);
  return whyLeftOut(
    delivery,
    await patiently(dependencies, () => findLatestDelivery(table, delivery, laneOf(delivery))),
  );
}
