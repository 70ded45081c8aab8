import { deleteTicket } from '../../adapters/dynamodb/deleted-tickets.ts';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { makeRun } from '../../core/runs/make-run.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { notFound, refuseContended } from '../kit/http.ts';
import { answerErasing, answerHidden } from './answer-erasing.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';

/** Tries to delete a ticket that others keep changing (docs/architecture.md, 1). */
const maxTries = 5;
/** How long the run waits, in seconds, until lists show everything that was stored before the ticket was gone. */
const waitSeconds = 5;

/** Deletes a ticket at once, and has a run clear away what hangs on it. */
export const eraseCalledTicket: Handle<ProjectCall> = async (dependencies, call) => {
  const { table, dueShards, now, newId, pause } = dependencies;
  const id = pathParameter(call, 'ticket');
  if (!isTicketId(id)) return notFound();
  call.request.note({ ticket: id });
  const [runId, token] = [newId(), newId()];
  for (let tries = 1; tries <= maxTries; tries += 1) {
    if (tries > 1) await pause(25 * 2 ** tries);
    const ticket = await findTicket(table, call.project, id);
    if (ticket === undefined) {
      return tries === 1 ? notFound() : await answerHidden(dependencies, call, { id: runId, waitSeconds });
    }
    const run = makeRun({
      id: runId,
      project: call.project,
      cause: { kind: 'person', by: nameCaller(call.principal) },
      over: { kind: 'erasure', of: 'ticket', ticket: id, from: ticket.createdAt },
      startedAt: now(),
    });
    const outcome = await deleteTicket(table, { ticket, run, token: `${token}${tries}` }, dueShards);
    if (outcome !== 'deleted') continue;
    return await answerErasing(dependencies, call, { run, waitSeconds });
  }
  return refuseContended('The ticket was not deleted. Try again shortly.');
};
