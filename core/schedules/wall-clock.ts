import { IANAZone } from 'luxon';

/** Longer than any zone's clock was ever set forward or back: Samoa left out a day. */
const dayMs = 86_400_000;

/**
 * The clock on the walls of a time zone. Wall times are written as the epoch milliseconds that they would have in UTC, so
 * that days and hours can be reckoned without a zone.
 */
export type WallClock = {
  /** What the clock shows at an instant. */
  show: (instantMs: number) => number;
  /**
   * The instant at which the clock shows a wall time: the first of two, where it is set back. Where the clock is set forward
   * over it, the instant at which a clock that nobody had set would show it, which is as far behind the gap's beginning as
   * the wall time itself.
   */
  read: (wallMs: number) => number;
  /** The first instant of a span at whose end the clock is ahead or behind by something else than at its beginning. */
  findTurn: (fromMs: number, toMs: number) => number;
};

/** The clock of an IANA time zone. */
export function wallClock(timeZone: string): WallClock {
  // Of luxon only the offsets are used: where a wall time occurs twice, its DateTime chooses by the present instant.
  const zone = IANAZone.create(timeZone);
  const offsetMs = (instantMs: number) => Math.round(zone.offset(instantMs) * 60_000);
  return {
    show: (instantMs) => instantMs + offsetMs(instantMs),
    read: (wallMs) => {
      const before = offsetMs(wallMs - dayMs);
      const after = offsetMs(wallMs + dayMs);
      const shows = [wallMs - before, wallMs - after].filter((instant) => instant + offsetMs(instant) === wallMs);
      return shows.length === 0 ? wallMs - before : Math.min(...shows);
    },
    findTurn: (fromMs, toMs) => {
      const ahead = offsetMs(fromMs);
      let [from, to] = [fromMs, toMs];
      while (to - from > 1) {
        const middle = Math.floor((from + to) / 2);
        if (offsetMs(middle) === ahead) from = middle;
        else to = middle;
      }
      return to;
    },
  };
}
