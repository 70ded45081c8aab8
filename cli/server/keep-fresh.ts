/** A token that ends so soon, in seconds, is replaced before it is used. */
const marginSeconds = 60;

/** A token and when it ends, in seconds since 1970, as tokens count. */
type Lasting = { token: string; expiresAt: number };

/** For what a token is wanted: the call's signal, and the token that the server has just refused, if there is one. */
export type Wanted = { signal: AbortSignal; refused?: string };

/** Gives the token of a call; never again one that was refused, where another is to be had. */
export type TakeToken = (wanted: Wanted) => Promise<string>;

/** Whether a token is good for a while. */
export function isLasting({ expiresAt }: Lasting): boolean {
  return expiresAt - marginSeconds > Date.now() / 1_000;
}

/** Keeps a token as long as it is good, and has it renewed once for all calls that want it at the same moment. */
export function keepFresh(renew: (wanted: Wanted) => Promise<Lasting>): TakeToken {
  let held: Lasting | undefined;
  let renewing: Promise<Lasting> | undefined;
  return async (wanted) => {
    if (held !== undefined && isLasting(held) && held.token !== wanted.refused) return held.token;
    renewing ??= renew(wanted).finally(() => {
      renewing = undefined;
    });
    held = await renewing;
    return held.token;
  };
}
