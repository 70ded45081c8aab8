import * as z from 'zod';
import { findTicket } from '../../adapters/dynamodb/tickets.ts';
import { isShownTo } from '../../core/access/project-role.ts';
import { roleMay } from '../../core/access/role.ts';
import { isTicketId } from '../../core/tickets/ticket.ts';
import { notFound } from '../kit/http.ts';
import { type Handle, type ProjectCall, pathParameter } from './call.ts';

/** A macro that is shown as an action, as it is listed. */
export const TicketActions = z
  .object({
    items: z.array(
      z
        .object({
          macro: z.string(),
          name: z.string(),
          confirm: z.boolean().describe('Ask first: a run of it waits to be started.'),
        })
        .meta({ id: 'TicketAction' }),
    ),
  })
  .meta({ id: 'TicketActions' });

/**
 * Lists the macros that are shown as actions of a ticket, in the document's order: to support those of their teams, to who
 * manages the project all of them, and none to who may run none.
 */
export const listTicketActions: Handle<ProjectCall> = async ({ table, readConfiguration }, call) => {
  const { project, role, member } = call;
  const id = pathParameter(call, 'ticket');
  const [configuration, ticket] = await Promise.all([
    readConfiguration(project),
    isTicketId(id) ? findTicket(table, project, id) : undefined,
  ]);
  if (configuration === undefined || ticket === undefined) return notFound();
  const mayRunAll = roleMay(role, 'manage');
  const shown = configuration.document.macros.filter((macro) => {
    const { target, feedbackType = ticket.feedbackType, showAsAction } = macro;
    if (showAsAction === undefined || target !== 'feedback' || feedbackType !== ticket.feedbackType) return false;
    return roleMay(role, 'run') && (mayRunAll || isShownTo(macro, member));
  });
  const items = shown.map(({ key, name, confirm }) => ({ macro: key, name, confirm: confirm === true }));
  return { status: 200, json: { items } };
};
