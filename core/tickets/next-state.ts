import type { FeedbackType, Workflow } from '../document/schema.ts';
import type { TicketState } from './ticket.ts';

/** What is wanted of a ticket's state; what is not named follows from the rest. */
export type WantedState = { workflow?: string | undefined; status?: string | undefined; team?: string | undefined };

/** The state that a ticket comes to, or what its feedback type does not have. */
export type NextState =
  | { outcome: 'found'; state: TicketState }
  | { outcome: 'unknown-workflow'; workflow: string }
  | { outcome: 'unknown-status'; workflow: Workflow; status: string | undefined };

/** Finds the state that is wanted of a ticket. The team is the given one, else the status' own. */
export function nextState(type: FeedbackType, current: TicketState, wanted: WantedState): NextState {
  const key = wanted.workflow ?? current.workflow;
  const workflow = type.workflows.find((candidate) => candidate.key === key);
  if (workflow === undefined) return { outcome: 'unknown-workflow', workflow: key };
  if (wanted.status === undefined && key === current.workflow) {
    return { outcome: 'found', state: { ...current, team: wanted.team ?? current.team } };
  }
  // Another workflow without a status begins with its first, as a new ticket does.
  const status = wanted.status ?? workflow.statuses[0]?.key;
  const found = workflow.statuses.find((candidate) => candidate.key === status);
  if (found === undefined) return { outcome: 'unknown-status', workflow, status };
  return { outcome: 'found', state: { workflow: key, status: found.key, team: wanted.team ?? found.team } };
}
