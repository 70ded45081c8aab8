import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { getResult, resultMark, type TargetPlace } from '../../adapters/dynamodb/run-results.ts';
import { storeConsequence } from '../../adapters/dynamodb/store-consequence.ts';
import type { ImportLine } from '../../core/people/import-line.ts';
import { memberEdit } from '../../core/people/member-edit.ts';
import { type LineTarget, type RunResult, resultWithout } from '../../core/runs/result.ts';
import type { Run } from '../../core/runs/run.ts';
import { noteAutomations } from './note-automations.ts';
import { patiently } from './patiently.ts';
import { describeErrors } from './read-input.ts';
import { type PreparedPerson, preparePerson } from './store-person.ts';
import { storeAlone, type TargetDependencies } from './work-target.ts';

const maxTries = 5;
/** UTF-16 units of a reason that are kept. */
const maxReasonLength = 1_000;
const tooBusy = 'the table was too busy, or others kept changing the member: try it again';

/** An import in its run, and the configuration by which its lines are judged now. */
export type WorkedImport = { run: Run; configuration: Configuration; deadline: number };

type Decision = { result: RunResult; prepared?: Extract<PreparedPerson, { outcome: 'changed' }> };

/**
 * Adds the member of one line, or changes what the line says of them, and stores the result with it, once. Undefined where the
 * time was up before anything was stored.
 */
export async function importTarget(
  dependencies: TargetDependencies,
  worked: WorkedImport,
  target: LineTarget & { given: ImportLine },
  place: TargetPlace,
): Promise<RunResult | undefined> {
  const { table, now, pause } = dependencies;
  const { run, deadline } = worked;
  let decision: Decision | undefined;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (now() > deadline) return undefined;
    if (tries > 1) await pause(25 * 2 ** tries);
    if (decision === undefined) {
      const decided = await unlessContended(() => decide(dependencies, worked, target, place));
      if (decided.outcome === 'contended') continue;
      decision = decided.value;
    }
    const { result, prepared } = decision;
    if (prepared === undefined) return await storeAlone(dependencies, run, place, result);
    const outcome = await storeConsequence(table, prepared.toStore.write, {
      ...dependencies,
      now: prepared.toStore.now,
    });
    if (outcome === 'stored') {
      await noteAutomations(dependencies, prepared.toStore.write.consequence);
      return result;
    }
    if (outcome === 'done-before') return await patiently(dependencies, () => getResult(table, run, place));
    if (outcome === 'changed-meanwhile') decision = undefined;
  }
  const named = { member: target.member, line: target.line };
  return await storeAlone(dependencies, run, place, resultWithout(named, 'failed', tooBusy));
}

async function decide(
  dependencies: TargetDependencies,
  { run, configuration }: WorkedImport,
  { member: email, line, given }: LineTarget & { given: ImportLine },
  place: TargetPlace,
): Promise<Decision> {
  const named = { member: email, line };
  const stored = (await findMembers(dependencies.table, run.project, [email])).get(email);
  const giver = run.over.kind === 'import' ? run.over.giver : 'observer';
  const isOneself = giver !== 'administrator' && run.cause.by === email;
  // The document may have changed since the file was judged, and the member's own role counts only now.
  const { name, teams, role, external } = given;
  const values = { name, teams, role, external };
  const edit = memberEdit(configuration.document, { giver, held: stored?.member.role, isOneself }).safeParse(values);
  if (!edit.success) {
    const reason = describeErrors(edit.error, values)
      .map(({ message }) => message)
      .join(' ')
      .slice(0, maxReasonLength);
    return { result: resultWithout(named, 'failed', reason) };
  }
  const cause = { kind: 'run' as const, key: run.id, ...(run.cause.by === undefined ? {} : { by: run.cause.by }) };
  const change = stored === undefined ? 'added' : 'changed';
  const done: RunResult = { ...named, outcome: 'done', change, actions: [] };
  const marks = [resultMark(run, place, done)];
  const prepared = await preparePerson(dependencies, { configuration, email, stored, edit: edit.data, cause }, marks);
  switch (prepared.outcome) {
    case 'unchanged':
      return { result: { ...done, change: 'unchanged' } };
    case 'being-erased':
    case 'too-large':
      return { result: resultWithout(named, 'failed', prepared.reason) };
    case 'changed':
      return { result: done, prepared };
  }
}
