import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { findMembers } from '../../adapters/dynamodb/members.ts';
import { storeTicketDeliveries } from '../../adapters/dynamodb/runs.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { byteBudget } from '../../core/deliveries/byte-budget.ts';
import type { Macro } from '../../core/document/schema.ts';
import { applyMacro } from '../../core/macros/apply-macro.ts';
import { type RunResult, resultOf, resultWithout } from '../../core/runs/run.ts';
import { ticketUrl } from '../../core/tickets/record-values.ts';
import type { Ticket } from '../../core/tickets/ticket.ts';
import type { AdminDependencies } from './call.ts';
import { isTicketId } from './record-ids.ts';

/** Tries to apply a macro to a ticket that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;
/** A macro on its way through a run. */
export type RunningMacro = { project: string; run: string; macro: Macro; configuration: Configuration };

/** Applies a run's macro to one ticket and stores what follows from it. */
export async function runForTicket(
  dependencies: AdminDependencies,
  running: RunningMacro,
  id: string,
): Promise<RunResult> {
  const { table, dueShards, now, pause } = dependencies;
  const { project, macro } = running;
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const ticket = isTicketId(id) ? await findTicket(table, project, id) : undefined;
    if (ticket === undefined) return resultWithout(id, 'failed', 'there is no such ticket');
    if (macro.feedbackType !== undefined && macro.feedbackType !== ticket.feedbackType) {
      return resultWithout(
        id,
        'skipped',
        `the macro is for ${macro.feedbackType}, the ticket is of ${ticket.feedbackType}`,
      );
    }
    const { actions, deliveries } = await apply(dependencies, running, ticket);
    if (deliveries.length === 0) return resultOf(id, actions);
    const outcome = await storeTicketDeliveries(table, ticket, deliveries, { dueShards, now: now() });
    if (outcome === 'stored') return resultOf(id, actions);
    await pause(50 * 2 ** tries);
  }
  return resultWithout(id, 'failed', 'the ticket kept changing: run the macro again');
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
