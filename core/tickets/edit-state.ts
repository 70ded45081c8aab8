import type { ProjectDocument } from '../document/schema.ts';
import type { ParameterError } from '../reply-errors.ts';
import { describeType } from './field-value.ts';
import { nextState, type WantedState } from './next-state.ts';
import type { Ticket, TicketState } from './ticket.ts';

/** The parts of a state that can be wanted. */
const parts = ['workflow', 'status', 'team'] as const;

/** Reads what is wanted of a ticket's state, as somebody gave it; what is wrong with it is added to `errors`. */
export function editState(
  document: ProjectDocument,
  { feedbackType, state }: Ticket,
  given: Readonly<Record<string, unknown>>,
  errors: ParameterError[],
): TicketState {
  const wanted: WantedState = {};
  for (const [name, value] of Object.entries(given)) {
    const part = parts.find((one) => one === name);
    const parameter = `state.${name}`;
    if (part === undefined) errors.push(unknown(parameter));
    else if (typeof value === 'string') wanted[part] = value;
    else {
      const message = `The ${part} of a ticket is a text, not ${describeType(value)}.`;
      errors.push({ parameter, code: 'invalid_type', message });
    }
  }
  const teams = document.teams.map(({ key }) => key);
  if (wanted.team !== undefined && !teams.includes(wanted.team)) {
    const message = `'${cut(wanted.team)}' is not a team of this project.`;
    errors.push({ parameter: 'state.team', code: 'invalid_choice', message, allowed: teams });
  }
  const type = document.feedbackTypes.find(({ key }) => key === feedbackType);
  if (type === undefined) {
    const message = `The project has no feedback type "${feedbackType}" any more: the ticket's state stays as it is.`;
    errors.push({ parameter: 'state', code: 'not_allowed', message });
    return state;
  }
  const next = nextState(type, state, wanted);
  switch (next.outcome) {
    case 'found':
      return next.state;
    case 'unknown-workflow': {
      const message = `'${cut(next.workflow)}' is not a workflow of ${type.name}.`;
      const allowed = type.workflows.map(({ key }) => key);
      errors.push({ parameter: 'state.workflow', code: 'invalid_choice', message, allowed });
      return state;
    }
    case 'unknown-status': {
      const message = `'${cut(next.status ?? '')}' is not a status of ${next.workflow.name}.`;
      const allowed = next.workflow.statuses.map(({ key }) => key);
      errors.push({ parameter: 'state.status', code: 'unknown_status', message, allowed });
      return state;
    }
  }
}

/** The refusal of what no edit has. */
export function unknown(parameter: string): ParameterError {
  return {
    parameter: parameter.slice(0, 200).toWellFormed(),
    code: 'not_allowed',
    message: 'This parameter is not known here.',
  };
}

/** Messages quote what was given, but not a megabyte of it. */
function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
}
