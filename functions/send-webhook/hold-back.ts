import type { CallResult } from '../../core/endpoints/breaker.ts';
import {
  begin,
  call,
  type EndpointTurns,
  end,
  holdBack,
  maxTurnWaitMs,
  patienceMs,
  shareOf,
  takeTurn,
  unknownEndpoint,
} from '../../core/endpoints/turn-taking.ts';

/** A message that may go: `called` is told when its request goes out, `release` what came of it. */
export type Admitted = { outcome: 'go'; called: () => void; release: (result: CallResult) => void };

/** What an endpoint's message may do: go, or come again at an instant, by the queue's delay or by the due index. */
type Admission = Admitted | { outcome: 'hold'; until: number; byQueue: boolean };

/** The turns of all endpoints in one instance. */
export type Turns = {
  /** Lets a message of an endpoint go, at once or after others of its endpoint in this instance, or sends it away. */
  admit(endpoint: string): Promise<Admission>;
};

/** What taking turns needs: the slots of an instance, clock, chance, and an alarm that can be switched off. */
type TurnsSurroundings = {
  slots: number;
  now: () => number;
  random: () => number;
  alarm: (afterMs: number, ring: () => void) => () => void;
};

/** What a test does, which a person waits for: it goes, whatever its endpoint is like, and says nothing about it. */
export const freeTurn: Admitted = { outcome: 'go', called() {}, release() {} };

/** One that waits: what it is told, and what ends its wait where no turn has come. */
type Waiting = { answer: (admission: Admission) => void; stopWaiting: () => void };

/** Endpoints that an instance remembers; beyond, it forgets the one that was busy longest ago. */
const maxRemembered = 1_000;

/** Makes the turns of one instance. */
export function createTurns({ slots, now, random, alarm }: TurnsSurroundings): Turns {
  const share = shareOf(slots);
  const endpoints = new Map<string, EndpointTurns>();
  const waiting = new Map<string, Waiting[]>();
  let tokens = 0;

  const read = (endpoint: string) => endpoints.get(endpoint) ?? unknownEndpoint;
  const store = (endpoint: string, state: EndpointTurns) => {
    endpoints.delete(endpoint);
    endpoints.set(endpoint, state);
    if (endpoints.size > maxRemembered) forgetOldest(endpoints);
  };

  function letGo(endpoint: string): Admitted {
    tokens += 1;
    const token = tokens;
    let switchOff = () => {};
    let released = false;
    store(endpoint, begin(read(endpoint), token, now()));
    return {
      outcome: 'go',
      called() {
        store(endpoint, call(read(endpoint), token, now()));
        switchOff = alarm(patienceMs(read(endpoint)), () => review(endpoint));
      },
      release(result) {
        if (released) return;
        released = true;
        switchOff();
        store(endpoint, end(read(endpoint), token, result, now()));
        review(endpoint);
      },
    };
  }

  function sendAway(endpoint: string): Admission {
    const { endpoint: state, until, byQueue } = holdBack(read(endpoint), { now: now(), share, random: random() });
    store(endpoint, state);
    return { outcome: 'hold', until, byQueue };
  }

  /** Decides again on those who wait, in the order in which they came. */
  function review(endpoint: string): void {
    const line = waiting.get(endpoint) ?? [];
    waiting.delete(endpoint);
    const still: typeof line = [];
    for (const one of line) {
      const turn = takeTurn(read(endpoint), { now: now(), share, waiting: still.length });
      if (turn === 'wait') still.push(one);
      else {
        one.stopWaiting();
        one.answer(turn === 'go' ? letGo(endpoint) : sendAway(endpoint));
      }
    }
    if (still.length > 0) waiting.set(endpoint, still);
  }

  /** Waits for a turn, but not so long that the invocation would not end in time. */
  function wait(endpoint: string): Promise<Admission> {
    return new Promise((answer) => {
      const one: Waiting = { answer, stopWaiting: alarm(maxTurnWaitMs, () => giveUp(endpoint, one)) };
      waiting.set(endpoint, [...(waiting.get(endpoint) ?? []), one]);
    });
  }

  function giveUp(endpoint: string, one: Waiting): void {
    const others = (waiting.get(endpoint) ?? []).filter((other) => other !== one);
    if (others.length > 0) waiting.set(endpoint, others);
    else waiting.delete(endpoint);
    one.answer(sendAway(endpoint));
  }

  return {
    admit(endpoint) {
      const line = waiting.get(endpoint) ?? [];
      const turn = takeTurn(read(endpoint), { now: now(), share, waiting: line.length });
      if (turn === 'go') return Promise.resolve(letGo(endpoint));
      if (turn === 'hold') return Promise.resolve(sendAway(endpoint));
      return wait(endpoint);
    },
  };
}

/** An alarm of the machine's own timers. */
export function systemAlarm(afterMs: number, ring: () => void): () => void {
  const timer = setTimeout(ring, afterMs);
  return () => clearTimeout(timer);
}

/** Forgets the endpoint that was busy longest ago; those with a call under way are no more than the slots. */
function forgetOldest(endpoints: Map<string, EndpointTurns>): void {
  for (const [endpoint, { running }] of endpoints) {
    if (running.length > 0) continue;
    endpoints.delete(endpoint);
    return;
  }
}
