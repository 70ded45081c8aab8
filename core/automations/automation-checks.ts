import type { Automation, Macro, ProjectDocument } from '../document/schema.ts';
import { passesFilter } from '../macros/passes-filter.ts';
import type { RecordContext } from '../tickets/record-values.ts';

/** What happened to a record: it was submitted, or some of its values changed. */
export type Trigger =
  | { kind: 'submit' }
  | { kind: 'modify'; changedPaths: ReadonlySet<string>; listener?: string | undefined };

/** An automation and the record for which it is judged. */
export type JudgedAutomation = {
  document: ProjectDocument;
  automation: Automation;
  /** Undefined where the document has none of that key. */
  macro: Macro | undefined;
  context: RecordContext;
  /** Undefined where nothing happened, and it is asked what would come of it if what the automation waits for did. */
  trigger: Trigger | undefined;
};

type Check = (judged: JudgedAutomation) => boolean;

/** All that an automation asks before it runs its macro on a record, what costs least first. */
export const automationChecks = {
  enabled: ({ automation }) => automation.enabled,
  trigger: ({ automation, trigger }) => trigger === undefined || automation.trigger === trigger.kind,
  /** A change that came through the listener an automation excludes would only go back to where it came from. */
  unless: ({ automation: { unless }, trigger }) =>
    unless === undefined || trigger?.kind !== 'modify' || unless.listener !== trigger.listener,
  target: ({ macro, context }) => macro?.target === ('ticket' in context ? 'feedback' : 'member'),
  feedbackType: (judged) => wantedTypes(judged).every((wanted) => wanted === typeOf(judged.context)),
  filter: ({ document, automation, context, trigger }) =>
    passesFilter(document, automation.filter, context, trigger?.kind === 'submit' ? nothing : trigger?.changedPaths),
} satisfies Record<string, Check>;

const nothing: ReadonlySet<string> = new Set();
const inOrder: readonly Check[] = Object.values(automationChecks);

/** Whether an automation runs its macro on a record, as far as the document and the record tell. */
export function passesChecks(judged: JudgedAutomation): boolean {
  return inOrder.every((passes) => passes(judged));
}

/** The feedback types that an automation and its macro are for; none where any will do. */
export function wantedTypes({ automation, macro, context }: JudgedAutomation): string[] {
  if (!('ticket' in context)) return [];
  return [automation.feedbackType, macro?.feedbackType].filter((wanted) => wanted !== undefined);
}

/** The feedback type of a ticket; members have none. */
export function typeOf(context: RecordContext): string | undefined {
  return 'ticket' in context ? context.ticket.feedbackType : undefined;
}
