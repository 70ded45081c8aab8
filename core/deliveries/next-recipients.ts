/** Those who come next, in the order of their addresses and each once, and whether they are the last. */
export function nextRecipients(
  { toldUpTo = '' }: { toldUpTo?: string | undefined },
  addresses: readonly string[],
  most: number,
): { next: string[]; areLast: boolean } {
  const left = [...new Set(addresses)].filter((email) => email > toldUpTo).toSorted(byCodeUnit);
  return { next: left.slice(0, most), areLast: left.length <= most };
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
