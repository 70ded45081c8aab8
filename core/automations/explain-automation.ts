import * as z from 'zod';
import type { Automation, Macro, ProjectDocument } from '../document/schema.ts';
import { ExplainedWhere, explainFilter } from '../filters/explain-filter.ts';
import { explainedRecord } from '../filters/explained-record.ts';
import { type FoundWhere, findWhere } from '../filters/find-where.ts';
import { writtenTime } from '../schedules/schedule-time.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import { automationChecks, type JudgedAutomation, type Trigger, typeOf, wantedTypes } from './automation-checks.ts';

/** One thing that is asked of a record, and what came of it. */
export const Reason = z.object({
  check: z.enum(['enabled', 'trigger', 'unless', 'target', 'feedbackType', 'filter', 'limit']),
  passes: z.boolean(),
  says: z.string().describe('Why, for people.'),
  filter: ExplainedWhere.optional().describe('The conditions, each with whether it holds.'),
});
export type Reason = z.infer<typeof Reason>;

/** Why an automation runs its macro on a record, or does not. */
export const ExplainedAutomation = z
  .object({
    automation: z.string().describe('The key of the automation.'),
    name: z.string().optional(),
    macro: z.string().describe('The key of its macro.'),
    matches: z.boolean().describe('Whether every check passes.'),
    reasons: z.array(Reason).describe('What it asks; what cannot be judged after a check that fails is left out.'),
  })
  .meta({ id: 'ExplainedAutomation' });
export type ExplainedAutomation = z.infer<typeof ExplainedAutomation>;

/** What is known besides the record: what happened to it, and whether the automation has run for it before. */
export type Known = { trigger?: Trigger; hasRun: boolean };

/** Explains one automation for one record, by the checks that decide when something happens. */
export function explainAutomation(
  document: ProjectDocument,
  automation: Automation,
  context: RecordContext,
  { trigger, hasRun }: Known,
): ExplainedAutomation {
  const macro = document.macros.find(({ key }) => key === automation.macro);
  const judged = { document, automation, macro, context, trigger };
  const reasons = [explain(judged, 'enabled', sayEnabled), explain(judged, 'trigger', sayTrigger)];
  if (automation.unless !== undefined) reasons.push(explain(judged, 'unless', sayUnless));
  reasons.push(explain(judged, 'target', sayTarget));
  // Of a record of another kind or type, conditions would only say that everything is empty.
  const isMeant = automationChecks.target(judged) && automationChecks.feedbackType(judged);
  if (automationChecks.target(judged) && wantedTypes(judged).length > 0) {
    reasons.push(explain(judged, 'feedbackType', sayType));
  }
  if (isMeant && automation.filter !== undefined) reasons.push(explainAutomationFilter(judged));
  if (isMeant && automation.limit !== undefined) reasons.push(explainLimit(hasRun));
  const { key, name } = automation;
  return {
    ...{ automation: key, ...(name === undefined ? {} : { name }), macro: automation.macro },
    ...{ matches: reasons.every(({ passes }) => passes), reasons },
  };
}

/** Explains the filter of a part for a record; where the part has none, every record passes. */
export function explainReference(
  document: ProjectDocument,
  reference: Automation['filter'],
  context: RecordContext,
  changedPaths?: ReadonlySet<string>,
): Reason {
  const found = findWhere(document, reference, context);
  if (found.outcome !== 'where') return { check: 'filter', passes: found.outcome === 'none', says: sayNoWhere(found) };
  const filter = explainFilter(found.where, explainedRecord(document, context, changedPaths));
  const what = found.key === undefined ? 'the conditions' : `filter "${found.key}"`;
  const says = `The ${nameRecord(context)} ${filter.matches ? 'matches' : 'does not match'} ${what}`;
  return { check: 'filter', passes: filter.matches, says, filter };
}

/** What people call the kind of a record. */
export function nameRecord(context: RecordContext): 'ticket' | 'member' {
  return 'ticket' in context ? 'ticket' : 'member';
}

function nameTarget({ target }: Macro): 'ticket' | 'member' {
  return target === 'feedback' ? 'ticket' : 'member';
}

type Say = (judged: JudgedAutomation, passes: boolean) => string;

function explain(judged: JudgedAutomation, check: keyof typeof automationChecks, say: Say): Reason {
  const passes = automationChecks[check](judged);
  return { check, passes, says: say(judged, passes) };
}

const sayEnabled: Say = (_judged, passes) => (passes ? 'It is enabled' : 'It is disabled');

const sayTrigger: Say = ({ automation, macro, context, trigger }, passes) => {
  // Of what its macro is for, whatever record it is that is looked at.
  const wanted = macro === undefined ? nameRecord(context) : nameTarget(macro);
  const runs = `It runs ${sayWhen(automation, wanted)}`;
  if (passes) return runs;
  return `${runs}, and this one was ${trigger?.kind === 'submit' ? 'submitted' : 'changed'}`;
};

function sayWhen({ trigger, schedule }: Automation, record: string): string {
  if (trigger !== undefined) return `when a ${record} is ${trigger === 'submit' ? 'submitted' : 'changed'}`;
  if (schedule === undefined) return 'at no time';
  return `by its schedule: every ${schedule.every} at ${writtenTime(schedule)}, ${schedule.timeZone}`;
}

const sayUnless: Say = ({ automation }, passes) => {
  const listener = `listener "${automation.unless?.listener}"`;
  return passes ? `Changes through ${listener} do not set it off` : `The change came through ${listener}`;
};

const sayTarget: Say = ({ automation, macro, context }, passes) => {
  if (macro === undefined) return `There is no macro "${automation.macro}"`;
  const wanted = `Macro "${macro.key}" is for ${nameTarget(macro)}s`;
  return passes ? wanted : `${wanted}, and this is a ${nameRecord(context)}`;
};

const sayType: Say = (judged) => {
  const type = typeOf(judged.context);
  const types = wantedTypes(judged);
  const other = types.find((wanted) => wanted !== type);
  if (other === undefined) return `It is for tickets of type "${types[0]}"`;
  return `It is for tickets of type "${other}", and this one is of type "${type}"`;
};

function explainAutomationFilter({ document, automation, context, trigger }: JudgedAutomation): Reason {
  const changedPaths = trigger?.kind === 'submit' ? new Set<string>() : trigger?.changedPaths;
  return explainReference(document, automation.filter, context, changedPaths);
}

function sayNoWhere(found: Exclude<FoundWhere, { outcome: 'where' }>): string {
  switch (found.outcome) {
    case 'none':
      return 'There is no filter: every record passes';
    case 'other-type':
      return `Filter "${found.key}" is for tickets of type "${found.feedbackType}"`;
    case 'unknown':
      return `There is no filter "${found.key}"`;
  }
}

function explainLimit(hasRun: boolean): Reason {
  const says = `It runs once for each ticket, and has ${hasRun ? 'run for this one' : 'not run for this one yet'}`;
  return { check: 'limit', passes: !hasRun, says };
}
