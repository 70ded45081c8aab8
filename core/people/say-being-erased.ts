/** Somebody who is being erased, and the run that does it. */
export type BeingErased = { email: string; run: string };

/** Why nobody of these addresses can be added now. */
export function sayBeingErased(people: readonly BeingErased[]): string {
  const named = people.map(({ email, run }) => `${email} (run ${run})`).join(', ');
  return `Somebody of this address is being erased: ${named}. Add them again once that run is done; of one that failed, try the failed targets again (retry).`;
}
