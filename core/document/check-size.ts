import { type Checking, canMeet } from './checking.ts';
import type { Macro } from './schema.ts';

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
    const items = macros.reduce((sum, macro) => sum + countItems(macro), itemsOfStart);
    if (items <= maxItems) continue;
    const message = `one ticket of type "${type.key}" could set off ${items} stored changes, deliveries and comments at once; at most ${maxItems} are possible: use fewer automations or actions`;
    report(['automations'], 'too_long', message);
  }
}

/** One change, and one item for everything that is stored beside the ticket itself. */
function countItems({ actions }: Macro): number {
  const beside = actions.filter(({ kind }) => kind === 'webhook' || kind === 'comment' || kind === 'email');
  return 1 + beside.length;
}
