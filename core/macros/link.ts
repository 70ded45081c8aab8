import type { DeliveryCause } from '../deliveries/delivery.ts';
import type { Automation, Macro, ProjectDocument } from '../document/schema.ts';
import type { Change, ChangeCause, FieldChange } from '../records/change.ts';
import type { RecordContext } from '../tickets/record-values.ts';
import { findTriggered } from './triggered.ts';

/** A macro whose turn comes: why, and which macros led to it. */
export type Link = {
  macro: Macro;
  automation?: string;
  /** Set where the automation runs once for each ticket ever: its mark is stored with what it does. */
  isOnce?: true;
  cause: DeliveryCause;
  /** What history says made the change. */
  changeCause: Omit<ChangeCause, 'chain'>;
  chain: readonly string[];
  /** The change that set it off; where the link is not followed, that is said there. */
  setOffBy?: Change;
};

/** The links that changes of a record set off. */
export function linksOf(
  input: { document: ProjectDocument; listener?: string | undefined },
  context: RecordContext,
  changes: readonly FieldChange[],
): Omit<Link, 'chain'>[] {
  const changedPaths = new Set(changes.map(({ path }) => path));
  const trigger = { kind: 'modify' as const, changedPaths, listener: input.listener };
  return findTriggered(input.document, context, trigger).map(({ automation, macro }) =>
    automationLink(automation, macro),
  );
}

/** A link that an automation makes. */
export function automationLink({ key, limit }: Automation, macro: Macro): Omit<Link, 'chain'> {
  const cause = { kind: 'automation' as const, key };
  const once = limit === 'oncePerTicket' ? { isOnce: true as const } : {};
  return { macro, automation: key, ...once, cause, changeCause: cause };
}
