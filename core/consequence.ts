import type { DeliveryCause } from './deliveries/delivery.ts';
import type { Automation, Macro } from './document/schema.ts';
import { followChain } from './macros/begin-chain.ts';
import type { ChainInput, Consequence } from './macros/chain.ts';
import { automationLink } from './macros/link.ts';
import { findTriggered } from './macros/triggered.ts';
import type { ChangeCause } from './records/change.ts';
import type { TicketContext } from './tickets/record-values.ts';

export type { Consequence } from './macros/chain.ts';

/** Decides what a new ticket sets off: the automations it matches, their macros' changes, and what follows from those. */
export function decideSubmission(
  input: ChainInput & { context: TicketContext; runAutomations: boolean; notify: boolean; doer?: string | undefined },
): Consequence {
  const triggered = input.runAutomations ? findTriggered(input.document, input.context, { kind: 'submit' }) : [];
  return followChain(
    input,
    triggered.map(({ automation, macro }) => ({ ...automationLink(automation, macro), chain: [] })),
    { kind: 'submission', notify: input.notify, doer: input.doer },
  );
}

/** A macro that a person or a caller runs on a record. */
export type MacroCall = {
  macro: Macro;
  cause: DeliveryCause;
  changeCause: Omit<ChangeCause, 'chain'>;
  /** Set where it is run on many records: then no team is told of each. */
  isBulk?: boolean;
};

/** Decides what a macro comes to on a record, and what follows from it. */
export function decideMacro(input: ChainInput, { isBulk = false, ...call }: MacroCall): Consequence {
  return followChain(input, [{ ...call, chain: [] }], { kind: 'change', cause: call.changeCause, isBulk });
}

/** Decides what an automation's macro comes to on a record that its run found, and what follows from it. */
export function decideScheduled(input: ChainInput, automation: Automation, macro: Macro): Consequence {
  const link = automationLink(automation, macro);
  return followChain(input, [{ ...link, chain: [] }], { kind: 'change', cause: link.changeCause, isBulk: true });
}
