/** Names longer than this are compared no further: a near miss of such a name helps nobody. */
const maxLength = 80;

/** The candidate that a misspelt name most likely meant: differs in few letters, or in case. */
export function findNearMiss(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > maxLength) return undefined;
  const nearest = findNearest(name, candidates);
  if (nearest !== undefined) return nearest;
  const lowered = candidates.map((candidate) => candidate.toLowerCase());
  const inLowerCase = findNearest(name.toLowerCase(), lowered);
  return inLowerCase === undefined ? undefined : candidates[lowered.indexOf(inLowerCase)];
}

function findNearest(name: string, candidates: readonly string[]): string | undefined {
  let allowed = Math.min(3, Math.floor(name.length / 3));
  let nearest: string | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate, allowed);
    if (distance > allowed) continue;
    nearest = candidate;
    if (distance === 0) break;
    allowed = distance - 1;
  }
  return nearest;
}

/** Letters to insert, delete or replace, counted up to `most`; above it any larger number. */
function editDistance(a: string, b: string, most: number): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    if (Math.min(...current) > most) return most + 1;
    above = current;
  }
  return above.at(-1) ?? most + 1;
}
