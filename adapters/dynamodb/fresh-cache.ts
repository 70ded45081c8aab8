/** Finds something by its key; `anew` asks for it whatever is remembered of it. */
export type FindRemembered<Found> = (key: string, anew?: boolean) => Promise<Found | undefined>;

/** Remembers what was found for a while; what was not found is asked for again, so that a new object works at once. */
export function rememberFound<Found>(
  load: (key: string) => Promise<Found | undefined>,
  options: { freshMs: number; now: () => number; maxEntries?: number },
): FindRemembered<Found> {
  const entries = new Map<string, { found: Found; until: number }>();
  const maxEntries = options.maxEntries ?? 500;
  return async (key, anew = false) => {
    const entry = entries.get(key);
    if (!anew && entry !== undefined && entry.until > options.now()) return entry.found;
    const found = await load(key);
    entries.delete(key);
    if (found === undefined || options.freshMs === 0) return found;
    const [oldest] = entries.keys();
    if (entries.size >= maxEntries && oldest !== undefined) entries.delete(oldest);
    entries.set(key, { found, until: options.now() + options.freshMs });
    return found;
  };
}
