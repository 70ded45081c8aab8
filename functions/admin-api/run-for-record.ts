import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { unlessContended } from '../../adapters/dynamodb/contention.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { storeTicketDeliveries } from '../../adapters/dynamodb/runs.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { byteBudget } from '../../core/deliveries/byte-budget.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { Macro } from '../../core/document/schema.ts';
import { applyMacro } from '../../core/macros/apply-macro.ts';
import { type RunResult, resultOf, resultWithout } from '../../core/runs/run.ts';
import { ticketUrl } from '../../core/tickets/record-values.ts';
import type { Ticket } from '../../core/tickets/ticket.ts';
import type { AdminDependencies } from './call.ts';
import { isTicketId } from './record-ids.ts';

/** Tries to apply a macro to a ticket that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;
const keptChanging = 'the ticket kept changing: run the macro again';
const tooBusy = 'the table was too busy: run the macro again for this ticket';
const timeUp = 'the time of this run was up: run the macro again for this ticket';

/** A macro on its way through a run, which tries nothing any more after `deadline` (epoch milliseconds). */
export type RunningMacro = {
  project: string;
  run: string;
  macro: Macro;
  configuration: Configuration;
  deadline: number;
};

/** What is to become of a ticket, and what has to be stored before it is true. */
type Decision = { result: RunResult; toStore?: { ticket: Ticket; deliveries: Delivery[]; now: number } };

/** Applies a run's macro to one ticket and stores what follows from it; what hinders it is the ticket's result. */
export async function runForTicket(
  dependencies: AdminDependencies,
  running: RunningMacro,
  id: string,
): Promise<RunResult> {
  const { table, dueShards, deliveryRetentionDays, now, pause } = dependencies;
  let decision: Decision | undefined;
  let hindrance = timeUp;
  for (let tries = 1; tries <= maxTries && now() <= running.deadline; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    if (decision === undefined) {
      const decided = await unlessContended(() => decide(dependencies, running, id));
      hindrance = tooBusy;
      if (decided.outcome === 'contended') continue;
      decision = decided.value;
    }
    const { result, toStore } = decision;
    if (toStore === undefined) return result;
    const outcome = await storeTicketDeliveries(table, toStore.ticket, toStore.deliveries, {
      dueShards,
      deliveryRetentionDays,
      now: toStore.now,
    });
    if (outcome === 'stored') return result;
    hindrance = outcome === 'contended' ? tooBusy : keptChanging;
    // After contention the same is tried again, so that nothing is sent twice if it was stored after all.
    if (outcome === 'changed-meanwhile') decision = undefined;
  }
  return resultWithout(id, 'failed', hindrance);
}

async function decide(dependencies: AdminDependencies, running: RunningMacro, id: string): Promise<Decision> {
  const { table, now } = dependencies;
  const { project, macro } = running;
  const ticket = isTicketId(id) ? await findTicket(table, project, id) : undefined;
  if (ticket === undefined) return { result: resultWithout(id, 'failed', 'there is no such ticket') };
  if (macro.feedbackType !== undefined && macro.feedbackType !== ticket.feedbackType) {
    const reason = `the macro is for ${macro.feedbackType}, the ticket is of ${ticket.feedbackType}`;
    return { result: resultWithout(id, 'skipped', reason) };
  }
  const { actions, deliveries } = await apply(dependencies, running, ticket);
  const result = resultOf(id, actions);
  return deliveries.length === 0 ? { result } : { result, toStore: { ticket, deliveries, now: now() } };
}

async function apply(dependencies: AdminDependencies, running: RunningMacro, ticket: Ticket) {
  const { table, consoleOrigin, newId, now } = dependencies;
  const { project, run, macro, configuration } = running;
  const { document, variables } = configuration;
  const members = await findMembers(table, project, [ticket.submitter]);
  return applyMacro({
    document,
    macro,
    cause: { kind: 'run', key: run },
    budget: byteBudget(),
    newId,
    context: {
      ticket,
      submitter: members.get(ticket.submitter)?.member,
      project: document.project,
      variables,
      ticketUrl: ticketUrl(consoleOrigin, project, ticket.id),
      now: new Date(now()).toISOString(),
    },
  });
}
