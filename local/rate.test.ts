import { describe, expect, test } from 'vitest';
import { parseRate } from './rate.ts';

describe('parseRate', () => {
  test.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
  ])('reads %s', (expression, ms) => {
    expect(parseRate(expression)).toBe(ms);
  });

  test.each(['rate(1 minutes)', 'rate(2 minute)', 'rate(0 minutes)', 'rate(1 week)', 'cron(0 3 * * ? *)', ''])(
    'refuses %s by name',
    (expression) => {
      expect(() => parseRate(expression)).toThrow(`the schedule '${expression}'`);
    },
  );
});
