import * as z from 'zod';
import type { Call, Client } from '../server/client.ts';

/** Entries that one call asks for at most (docs/http.md). */
const pageSize = 200;

/** Lists entries page by page until there are enough of them, or no more. */
export async function* listEntries<Item extends z.ZodType>(
  client: Client,
  item: Item,
  call: Call,
  most: number,
): AsyncGenerator<z.output<Item>> {
  const Page = z.object({ items: z.array(item), cursor: z.string().optional() });
  let left = most;
  let cursor: string | undefined;
  do {
    const limit = String(Math.min(pageSize, left));
    const page = await client.read(Page, { ...call, query: { ...call.query, limit, cursor } });
    yield* page.items;
    left -= page.items.length;
    ({ cursor } = page);
  } while (cursor !== undefined && left > 0);
}

/** Gathers them all. */
export async function gather<Item>(entries: AsyncIterable<Item>): Promise<Item[]> {
  const gathered: Item[] = [];
  for await (const entry of entries) gathered.push(entry);
  return gathered;
}
