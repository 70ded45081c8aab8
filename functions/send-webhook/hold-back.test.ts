import { expect, test } from 'vitest';
import { type Admitted, createTurns } from './hold-back.ts';

/** The turns of an instance of ten slots under a clock that rings alarms as it is moved on. */
function instance() {
  let now = 1_000_000;
  let alarms: { at: number; ring: () => void }[] = [];
  const turns = createTurns({
    slots: 10,
    now: () => now,
    random: () => 0,
    alarm(afterMs, ring) {
      const one = { at: now + afterMs, ring };
      alarms.push(one);
      return () => {
        alarms = alarms.filter((other) => other !== one);
      };
    },
  });
  /** Moves the clock on, and rings on the way whatever is to ring. */
  async function pass(milliseconds: number): Promise<void> {
    await settled();
    const end = now + milliseconds;
    for (;;) {
      const [next] = alarms.toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      alarms = alarms.filter((other) => other !== next);
      now = next.at;
      next.ring();
    }
    now = end;
    await settled();
  }
  /** Admits a message and says what has become of it, `wait` as long as nothing has. */
  function admit(endpoint: string) {
    const message: { state: string; turn?: Admitted; at?: number } = { state: 'wait' };
    void turns.admit(endpoint).then((admission) => {
      message.state = admission.outcome;
      message.at = now;
      if (admission.outcome !== 'go') return;
      message.turn = admission;
      admission.called();
    });
    return message;
  }
  /** Makes one call, so that the endpoint's time is known. */
  async function warm(endpoint: string, takesMs: number): Promise<void> {
    const message = admit(endpoint);
    await settled();
    await pass(takesMs);
    message.turn?.release('answered');
  }
  return { admit, pass, warm, now: () => now, waitingAlarms: () => alarms.length };
}

/** Lets everything that is decided reach whoever waits for it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function count(messages: readonly { state: string }[]) {
  const of = (wanted: string) => messages.filter(({ state }) => state === wanted).length;
  return { go: of('go'), wait: of('wait'), hold: of('hold') };
}

test('an endpoint that answers in 900 ms has four of ten slots, with those that wait', async () => {
  const { admit, warm } = instance();
  await warm('slow', 900);
  const messages = Array.from({ length: 10 }, () => admit('slow'));
  await settled();
  expect(count(messages)).toEqual({ go: 2, wait: 2, hold: 6 });
});

test('nobody waits longer than 3 s for a turn', async () => {
  const { admit, pass, warm, now } = instance();
  await warm('slow', 3_000);
  const running = [admit('slow'), admit('slow')];
  await pass(2_000);
  const late = admit('slow');
  const since = now();
  await pass(2_999);
  expect(late.state).toBe('wait');
  await pass(1);
  expect(late).toMatchObject({ state: 'hold', at: since + 3_000 });
  expect(count(running).go).toBe(2);
});

test('those who wait are sent away the moment a call begins to hang, and nothing rings afterwards', async () => {
  const { admit, pass, waitingAlarms } = instance();
  const messages = Array.from({ length: 5 }, () => admit('hangs'));
  await pass(999);
  expect(count(messages)).toEqual({ go: 2, wait: 3, hold: 0 });
  await pass(1);
  expect(count(messages)).toEqual({ go: 2, wait: 0, hold: 3 });
  for (const { turn } of messages) turn?.release('timeout');
  expect(waitingAlarms()).toBe(0);
});

test('those who wait go in the order in which they came', async () => {
  const { admit, pass } = instance();
  const messages = Array.from({ length: 4 }, () => admit('fast'));
  await pass(100);
  messages[1]?.turn?.release('answered');
  await settled();
  expect(messages.map(({ state }) => state)).toEqual(['go', 'go', 'go', 'wait']);
  messages[0]?.turn?.release('answered');
  await settled();
  expect(messages[3]?.state).toBe('go');
});

test('of a thousand endpoints it forgets the one that was busy longest ago, and never one with a call under way', async () => {
  const { admit, warm } = instance();
  const [first, second] = [admit('busy'), admit('busy')];
  for (let timeouts = 0; timeouts < 3; timeouts += 1) {
    const message = admit('open');
    await settled();
    message.turn?.release('timeout');
  }
  for (let other = 0; other < 998; other += 1) await warm(`other-${other}`, 0);
  const [third, held] = [admit('busy'), admit('open')];
  await settled();
  expect([first, second, third, held].map(({ state }) => state)).toEqual(['go', 'go', 'wait', 'hold']);
  for (let other = 1_000; other < 2_000; other += 1) await warm(`other-${other}`, 0);
  const [fourth, forgotten] = [admit('busy'), admit('open')];
  await settled();
  expect([fourth.state, forgotten.state]).toEqual(['wait', 'go']);
});
