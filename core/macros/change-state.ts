import type { FeedbackType, ProjectDocument, Workflow } from '../document/schema.ts';
import { type NextState, nextState } from '../tickets/next-state.ts';
import type { TicketContext } from '../tickets/record-values.ts';
import type { ActionEffect, ActionOf } from './action-effect.ts';
import { renderText, type TextRendering } from './render-text.ts';

/** What a workflow action wants: a status, none, or nothing because of what the caller sent. */
type WantedStatus =
  | { outcome: 'wanted'; status: string | undefined }
  | { outcome: 'skipped' | 'failed'; reason: string };

/** Sets a ticket's workflow, status and team; one that is there already is left alone. */
export function changeState(
  document: ProjectDocument,
  context: TicketContext,
  action: ActionOf<'workflow'>,
  rendering: TextRendering,
): ActionEffect {
  const { ticket } = context;
  const type = document.feedbackTypes.find(({ key }) => key === ticket.feedbackType);
  if (type === undefined) return { outcome: 'failed', reason: `there is no feedback type "${ticket.feedbackType}"` };
  const wanted = wantedStatus(action, rendering);
  if (wanted.outcome !== 'wanted') return wanted;
  const next = nextState(type, ticket.state, { ...action, status: wanted.status });
  if (next.outcome !== 'found') return { outcome: 'failed', reason: sayUnknown(type, next) };
  const { state } = next;
  const { workflow, status, team } = ticket.state;
  if (state.workflow === workflow && state.status === status && state.team === team) return { outcome: 'unchanged' };
  return { outcome: 'applied', context: { ...context, ticket: { ...ticket, state } } };
}

function wantedStatus({ status }: ActionOf<'workflow'>, rendering: TextRendering): WantedStatus {
  if (typeof status !== 'object') return { outcome: 'wanted', status };
  const given = renderText(rendering, 'status', status.from);
  if (given.outcome === 'failed') return given;
  if (!Object.hasOwn(status.map, given.text)) {
    const what = given.text === '' ? `${status.from} is empty` : `"${cut(given.text)}" is not in the map`;
    return { outcome: 'skipped', reason: `${what} (${Object.keys(status.map).join(', ')})` };
  }
  return { outcome: 'wanted', status: status.map[given.text] };
}

/** Why a state cannot be. */
function sayUnknown(type: FeedbackType, next: Exclude<NextState, { outcome: 'found' }>): string {
  if (next.outcome === 'unknown-workflow') return `"${next.workflow}" is not a workflow of feedback type "${type.key}"`;
  const { status, workflow } = next;
  return `"${status}" is not a status of workflow "${workflow.key}" (${listStatuses(workflow)})`;
}

function listStatuses({ statuses }: Workflow): string {
  return statuses.map(({ key }) => key).join(', ');
}

/** Reasons quote what was given, but not a megabyte of it. */
function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
}
