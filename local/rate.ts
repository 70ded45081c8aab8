const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The milliseconds between two firings of `rate(…)`; throws for what EventBridge would refuse and for cron(…). */
export function parseRate(expression: string): number {
  const [, amount = '', unit = '', plural = ''] = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const ms = unitMs[unit];
  // EventBridge wants the singular for 1 and the plural for anything else.
  if (ms === undefined || (amount === '1') === (plural === 's')) {
    throw new Error(
      `The local stack does not know the schedule '${expression}'; it knows rate(1 minute) and the like.`,
    );
  }
  return Number(amount) * ms;
}
