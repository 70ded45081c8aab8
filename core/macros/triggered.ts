import { passesChecks, type Trigger } from '../automations/automation-checks.ts';
import type { Automation, Macro, ProjectDocument } from '../document/schema.ts';
import type { RecordContext } from '../tickets/record-values.ts';

/** An automation that something sets off, with its macro. */
export type Triggered = { automation: Automation; macro: Macro };

/** The automations that a record sets off, in the document's order. */
export function findTriggered(document: ProjectDocument, context: RecordContext, trigger: Trigger): Triggered[] {
  return document.automations.flatMap((automation) => {
    const macro = document.macros.find(({ key }) => key === automation.macro);
    const passes = passesChecks({ document, automation, macro, context, trigger });
    return macro !== undefined && passes ? [{ automation, macro }] : [];
  });
}
