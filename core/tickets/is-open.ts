import type { FeedbackType } from '../document/schema.ts';
import type { TicketState } from './ticket.ts';

/** Whether a ticket is open: until its status is a closed one; of a status that its type has no more nobody has said so. */
export function isOpen({ workflows }: Pick<FeedbackType, 'workflows'>, { workflow, status }: TicketState): boolean {
  const { statuses = [] } = workflows.find(({ key }) => key === workflow) ?? {};
  return statuses.find(({ key }) => key === status)?.closed !== true;
}
