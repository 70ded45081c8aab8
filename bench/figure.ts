import * as z from 'zod';

/** One line of the results: what was measured, what came out, and what was asked for. */
export const Figure = z.object({
  subject: z.string(),
  figure: z.string(),
  bar: z.string(),
  verdict: z.enum(['met', 'missed', 'no bar', 'not measured']),
  how: z.string(),
});
export type Figure = z.infer<typeof Figure>;

/** What was measured, and how it is written. */
export type Measured = { subject: string; value: number; figure: string; how: string };

/** A bar of docs: the value is to be at most, or at least, so much; `unit` is written behind it. */
export type Bar = ({ atMost: number } | { atLeast: number } | { below: number }) & { unit: string };

/** A figure that has a bar to meet. */
export function againstBar({ subject, value, figure, how }: Measured, bar: Bar): Figure {
  const { met, words } = judge(value, bar);
  return { subject, figure, bar: words, verdict: met ? 'met' : 'missed', how };
}

/** A figure that nothing is asked of. */
export function withoutBar({ subject, figure, how }: Omit<Measured, 'value'>): Figure {
  return { subject, figure, bar: '', verdict: 'no bar', how };
}

/** A figure that this run cannot give, with the reason. */
export function notMeasured(subject: string, bar: string, reason: string): Figure {
  return { subject, figure: '', bar, verdict: 'not measured', how: reason };
}

function judge(value: number, bar: Bar): { met: boolean; words: string } {
  if ('atMost' in bar) return { met: value <= bar.atMost, words: `at most ${bar.atMost}${bar.unit}` };
  if ('below' in bar) return { met: value < bar.below, words: `below ${bar.below}${bar.unit}` };
  return { met: value >= bar.atLeast, words: `at least ${bar.atLeast}${bar.unit}` };
}
