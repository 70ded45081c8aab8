/** Does its work once and returns how long that took, in milliseconds. */
export type Timed = () => Promise<number> | number;

/** Something that is timed beside others, with the p50 of each round so far. */
export type Subject = { name: string; run: Timed; p50s: number[] };

/** How often: before anything counts, rounds, and times within a round. */
export type Repetition = { warmUps: number; rounds: number; times: number };

/** How one subject's times compare with another's: the medians over the rounds, and the range of the rounds' ratios. */
export type Comparison = { ms: number; otherMs: number; ratio: number; lowest: number; highest: number };

/** Makes a subject. */
export function subject(name: string, run: Timed): Subject {
  return { name, run, p50s: [] };
}

/** Runs subjects in turn, so that whatever slows the machine down for a while slows all of them down. */
export async function interleave(subjects: readonly Subject[], repetition: Repetition): Promise<void> {
  for (let warmUp = 0; warmUp < repetition.warmUps; warmUp += 1) {
    for (const { run } of subjects) await run();
  }
  for (let round = 1; round <= repetition.rounds; round += 1) {
    console.error(`  ${subjects.map(({ name }) => name).join(', ')}: round ${round} of ${repetition.rounds}`);
    const times = subjects.map((): number[] => []);
    for (let time = 0; time < repetition.times; time += 1) {
      for (const place of turn(subjects.length, time)) times[place]?.push((await subjects[place]?.run()) ?? Number.NaN);
    }
    subjects.forEach(({ p50s }, place) => {
      p50s.push(p50(times[place] ?? []));
    });
  }
}

/** Compares two subjects of one interleaved run, round by round. */
export function compare(one: Subject, other: Subject): Comparison {
  const ratios = one.p50s.map((ms, round) => ms / (other.p50s[round] ?? Number.NaN));
  return {
    ms: p50(one.p50s),
    otherMs: p50(other.p50s),
    ratio: p50(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
  };
}

/** The median. */
export function p50(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('there is no median of nothing');
  return (low + high) / 2;
}

/** The order of one turn: each starts somewhere else, so that nobody always comes after the same one. */
function turn(count: number, time: number): number[] {
  return Array.from({ length: count }, (_, place) => (place + time) % count);
}
