import { mayNotify } from '../notifications/decide-notification.ts';
import { type Checking, canMeet } from './checking.ts';
import type { Macro, ProjectDocument } from './schema.ts';

/** Most items of one transaction (architecture.md, "How data flows" 1); DynamoDB itself takes 100. */
const maxItems = 90;
/** Ticket, submitter, idempotency record, and the change that starts it all. */
const itemsOfStart = 4;

/** Checks that one report, with everything that it can set off, fits into one transaction. */
export function checkConsequenceSize(checking: Checking): void {
  const { document, report } = checking;
  for (const type of document.feedbackTypes) {
    const triggered = document.automations.filter(
      ({ trigger, enabled, feedbackType }) =>
        enabled && trigger !== undefined && canMeet(checking, feedbackType, type.key),
    );
    // A macro runs at most once on a record within a chain, so each counts once.
    const macros = document.macros.filter(
      (macro) =>
        macro.target === 'feedback' &&
        canMeet(checking, macro.feedbackType, type.key) &&
        triggered.some((automation) => automation.macro === macro.key),
    );
    const all = macros.some(changesMember) ? [...macros, ...macrosForMembers(document)] : macros;
    const told = mayNotify(document) ? 1 : 0;
    const items = all.reduce((sum, macro) => sum + countItems(macro), itemsOfStart + told);
    if (items <= maxItems) continue;
    const message = `one ticket of type "${type.key}" could set off ${items} stored changes, deliveries and comments at once; at most ${maxItems} are possible: use fewer automations or actions`;
    report(['automations'], 'too_long', message);
  }
}

/** The macros that follow where a ticket's macro changes its submitter. */
function macrosForMembers({ automations, macros }: ProjectDocument): Macro[] {
  const following = automations.filter(({ trigger, enabled }) => enabled && trigger === 'modify');
  return macros.filter(({ key, target }) => target === 'member' && following.some(({ macro }) => macro === key));
}

function changesMember({ actions }: Macro): boolean {
  return actions.some(({ kind }) => kind === 'score' || kind === 'teams');
}

/** An entry in the history of each record that it changes, and one item for everything that is stored beside them. */
function countItems(macro: Macro): number {
  const beside = macro.actions.filter(({ kind }) => kind === 'webhook' || kind === 'comment' || kind === 'email');
  const entries = macro.target === 'feedback' && changesMember(macro) ? 2 : 1;
  return entries + beside.length;
}
