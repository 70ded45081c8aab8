/** How long the parts of an exchange took, in milliseconds; a part that did not happen (a pooled connection) is absent. */
export type Timings = {
  readonly dnsMs?: number;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  /** From the request's readiness to the answer's headers. */
  readonly firstByteMs?: number;
  readonly totalMs: number;
};

/** Measures the parts of one exchange, each from the end of the part before. */
export type Stopwatch = {
  lap(part: 'dnsMs' | 'connectMs' | 'tlsMs' | 'firstByteMs'): void;
  read(): Timings;
};

/** Starts measuring. */
export function startStopwatch(now: () => number): Stopwatch {
  const startedAt = now();
  const parts: Partial<Record<'dnsMs' | 'connectMs' | 'tlsMs' | 'firstByteMs', number>> = {};
  let lastAt = startedAt;
  return {
    lap(part) {
      const at = now();
      parts[part] = at - lastAt;
      lastAt = at;
    },
    read: () => ({ ...parts, totalMs: now() - startedAt }),
  };
}
