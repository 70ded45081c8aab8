import { type Breaker, type CallResult, closedBreaker, isOpen, noteCall, noteResult } from './breaker.ts';
import { emptyLine, type Line, placeInLine } from './line.ts';

/** What a delivery's log says while it waits for its endpoint. */
export const turnReason = "waits for its endpoint's turn";

/** A call that has begun to hang: nothing has come for so long, or for twice the time the endpoint took last. */
const hangingMs = 1_000;
/** Most that a message waits inside its instance: its invocation must end in time (functions/send-webhook/fill-slots.ts). */
export const maxTurnWaitMs = 3_000;
/** A wait so short that it keeps a slot from others for less than holding the message back would cost. */
const briefWaitMs = 500;
/** How soon the next call is tried where one hangs that may still be answered. */
const doubtMs = 5_000;
/** How soon where one has timed out: the most that a call may take (core/document/schema-webhook-action.ts). */
const timedOutMs = 30_000;

/** A message of an endpoint that was let through; `calledAt` is set once its request goes out. */
type Running = { token: number; calledAt?: number };

/** One endpoint as one instance knows it: what runs, how calls ended and long they took, and who was sent away until when. */
export type EndpointTurns = { running: readonly Running[]; breaker: Breaker; usualMs: number; line: Line };

/** What becomes of a message now: it goes, it waits inside the instance for another to end, or it is sent away. */
type Turn = 'go' | 'wait' | 'hold';

/** An endpoint of which nothing is known. */
export const unknownEndpoint: EndpointTurns = { running: [], breaker: closedBreaker, usualMs: 0, line: emptyLine };

/** How many of an instance's slots one endpoint may hold: a quarter, at least one. */
export function shareOf(slots: number): number {
  return Math.max(1, Math.floor(slots / 4));
}

/** Decides on a message, ahead of which so many of its endpoint wait in the instance. */
export function takeTurn(endpoint: EndpointTurns, at: { now: number; share: number; waiting: number }): Turn {
  const { running, breaker, usualMs } = endpoint;
  const { now, share, waiting } = at;
  if (isOpen(breaker)) return running.length === 0 && now >= breaker.probeAt ? 'go' : 'hold';
  if (hangs(endpoint, now)) return 'hold';
  // After a timeout one call at a time finds out whether it was the only one.
  if (breaker.timeouts > 0) return running.length === 0 ? 'go' : 'hold';
  if (running.length < share) return 'go';
  const expectedMs = Math.ceil((waiting + 1) / share) * usualMs;
  // Those who wait keep slots as those do who run: of a slow endpoint, no more of them than that.
  return expectedMs <= briefWaitMs || (expectedMs <= maxTurnWaitMs && waiting < share) ? 'wait' : 'hold';
}

/** After how many milliseconds without an answer a call of this endpoint counts as hanging. */
export function patienceMs({ usualMs }: EndpointTurns): number {
  return Math.max(hangingMs, 2 * usualMs);
}

/** The endpoint after a message was let through. */
export function begin(endpoint: EndpointTurns, token: number, now: number): EndpointTurns {
  return { ...endpoint, running: [...endpoint.running, { token }], breaker: noteCall(endpoint.breaker, now) };
}

/** The endpoint once the request of a message that was let through goes out. */
export function call(endpoint: EndpointTurns, token: number, now: number): EndpointTurns {
  const running = endpoint.running.map((one) => (one.token === token ? { token, calledAt: now } : one));
  return { ...endpoint, running };
}

/** The endpoint after a message that was let through is done with. */
export function end(endpoint: EndpointTurns, token: number, result: CallResult, now: number): EndpointTurns {
  const calledAt = endpoint.running.find((one) => one.token === token)?.calledAt;
  const usualMs = result === 'answered' && calledAt !== undefined ? now - calledAt : endpoint.usualMs;
  const running = endpoint.running.filter((one) => one.token !== token);
  // Those who come next need not stand behind those who were sent away for long while nothing answered.
  const recovers = result === 'answered' && endpoint.breaker.timeouts > 0;
  const line = recovers ? { ...endpoint.line, lastAt: 0 } : endpoint.line;
  return { running, usualMs, line, breaker: noteResult(endpoint.breaker, result, now) };
}

/** Sends a message away: when it may come again, and whether the queue's delay brings it back or the due index. */
export function holdBack(
  endpoint: EndpointTurns,
  at: { now: number; share: number; random: number },
): { endpoint: EndpointTurns; until: number; byQueue: boolean } {
  const { breaker, usualMs } = endpoint;
  const { now, share, random } = at;
  const open = isOpen(breaker);
  const inDoubt = breaker.timeouts > 0;
  const firstAt = open ? Math.max(breaker.probeAt, now) : now + (inDoubt ? timedOutMs : Math.max(usualMs, doubtMs));
  // One call that hangs says little of the next ones: they come as fast as the endpoint used to take them.
  const spacingMs = inDoubt ? timedOutMs : Math.ceil((usualMs === 0 ? hangingMs : usualMs) / share);
  const byQueueAtMost = open ? 1 : share;
  const { line, until, byQueue } = placeInLine(endpoint.line, {
    now,
    firstAt,
    spacingMs,
    byQueue: byQueueAtMost,
    random,
  });
  return { endpoint: { ...endpoint, line }, until, byQueue };
}

function hangs(endpoint: EndpointTurns, now: number): boolean {
  const patience = patienceMs(endpoint);
  return endpoint.running.some(({ calledAt }) => calledAt !== undefined && now - calledAt >= patience);
}
