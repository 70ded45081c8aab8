import type { CallResult } from '../../core/endpoints/breaker.ts';
import {
  begin,
  call,
  type EndpointTurns,
  end,
  holdBack,
  isForgettable,
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

/** Endpoints that an instance remembers before it forgets those of which there is nothing to say. */
const maxRemembered = 1_000;

/** Makes the turns of one instance. */
export function createTurns({ slots, now, random, alarm }: TurnsSurroundings): Turns {
  const share = shareOf(slots);
  const endpoints = new Map<string, EndpointTurns>();
  const waiting = new Map<string, ((admission: Admission) => void)[]>();
  let tokens = 0;

  const read = (endpoint: string) => endpoints.get(endpoint) ?? unknownEndpoint;
  const store = (endpoint: string, state: EndpointTurns) => {
    if (endpoints.size >= maxRemembered) forget(endpoints, now());
    endpoints.set(endpoint, state);
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
    for (const answer of line) {
      const turn = takeTurn(read(endpoint), { now: now(), share, waiting: still.length });
      if (turn === 'wait') still.push(answer);
      else answer(turn === 'go' ? letGo(endpoint) : sendAway(endpoint));
    }
    if (still.length > 0) waiting.set(endpoint, still);
  }

  return {
    admit(endpoint) {
      const line = waiting.get(endpoint) ?? [];
      const turn = takeTurn(read(endpoint), { now: now(), share, waiting: line.length });
      if (turn === 'go') return Promise.resolve(letGo(endpoint));
      if (turn === 'hold') return Promise.resolve(sendAway(endpoint));
      return new Promise((resolve) => waiting.set(endpoint, [...line, resolve]));
    },
  };
}

/** An alarm of the machine's own timers. */
export function systemAlarm(afterMs: number, ring: () => void): () => void {
  const timer = setTimeout(ring, afterMs);
  return () => clearTimeout(timer);
}

function forget(endpoints: Map<string, EndpointTurns>, now: number): void {
  for (const [endpoint, state] of endpoints) if (isForgettable(state, now)) endpoints.delete(endpoint);
}
