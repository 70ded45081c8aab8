import type { Run, RunState } from './run.ts';

/** What a person may ask of a run that exists. */
export type RunRequest = 'start' | 'cancel' | 'resume' | 'retry';

/** What may be asked of a run, by the state that it is in. */
const possible: Readonly<Record<RunState, readonly RunRequest[]>> = {
  counting: ['cancel'],
  counted: ['start', 'cancel'],
  running: ['cancel'],
  cancelling: [],
  cancelled: ['resume', 'retry'],
  done: ['retry'],
};

const requestWords: Readonly<Record<RunRequest, string>> = {
  start: 'it can be started',
  cancel: 'it can be cancelled',
  resume: 'it can be resumed',
  retry: 'its failed targets can be tried again (retry)',
};

/** Whether a run can do as it is asked, or what to tell whoever asked. */
export function judgeRequest(
  run: Run,
  request: RunRequest,
): { outcome: 'allowed' } | { outcome: 'refused'; reason: string } {
  if (!possible[run.state].includes(request)) return { outcome: 'refused', reason: refuse(run, request) };
  if (request !== 'retry') return { outcome: 'allowed' };
  if (run.failed === 0) {
    return { outcome: 'refused', reason: 'No target of this run has failed, so there is nothing to try again.' };
  }
  if (run.pages > 0) return { outcome: 'allowed' };
  return {
    outcome: 'refused',
    reason: 'This run was made by one call, and is not repeated by itself: run the macro again.',
  };
}

function refuse({ state }: Run, request: RunRequest): string {
  const asked = { start: 'started', cancel: 'cancelled', resume: 'resumed', retry: 'tried again' }[request];
  const now = possible[state].filter((one) => one !== request).map((one) => requestWords[one]);
  const words =
    state === 'cancelling'
      ? 'wait until it is cancelled, then it can be resumed, or its failed targets tried again (retry)'
      : now.join(', or ');
  return `This run is ${state} and cannot be ${asked}: ${words}.`;
}

/** A change of a run's state: from where, and to where. */
export type StateChange = { from: readonly RunState[]; to: RunState };

/** Every change of a run's state; whoever makes one adds what the run then holds. */
export const stateChanges = {
  count: { from: ['counting'], to: 'counted' },
  run: { from: ['counting'], to: 'running' },
  runNothing: { from: ['counting'], to: 'done' },
  start: { from: ['counted'], to: 'running' },
  /** Nothing is left to do: it found nothing, or the last page was settled after it stood still. */
  startNothing: { from: ['counted', 'cancelled'], to: 'done' },
  cancel: { from: ['running'], to: 'cancelling' },
  cancelBefore: { from: ['counting', 'counted'], to: 'cancelled' },
  standStill: { from: ['cancelling'], to: 'cancelled' },
  countOn: { from: ['cancelled'], to: 'counting' },
  waitAgain: { from: ['cancelled'], to: 'counted' },
  resume: { from: ['cancelled'], to: 'running' },
  retry: { from: ['cancelled', 'done'], to: 'running' },
  finish: { from: ['running', 'cancelling'], to: 'done' },
  /** A round that left out pages ends where it began. */
  finishRound: { from: ['running', 'cancelling'], to: 'cancelled' },
} as const satisfies Record<string, StateChange>;
