/** Calls to the table that are under way at once. */
const atOnce = 20;

/** Maps values by asynchronous work, so many at once, in their order. */
export async function mapAtOnce<Value, Mapped>(
  values: readonly Value[],
  work: (value: Value) => Promise<Mapped>,
): Promise<Mapped[]> {
  const mapped: Mapped[] = [];
  for (let start = 0; start < values.length; start += atOnce) {
    mapped.push(...(await Promise.all(values.slice(start, start + atOnce).map(work))));
  }
  return mapped;
}
