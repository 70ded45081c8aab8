import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { judgeAddress } from './addresses.ts';

/** One address of a name; family is 4 or 6. */
export type ResolvedAddress = { readonly address: string; readonly family: number };

/** Turns a name into all of its addresses; rejects where it has none. */
export type Resolve = (name: string) => Promise<readonly ResolvedAddress[]>;

/** A host's addresses, all of them allowed; or why no request goes to it. */
export type VettedHost =
  | { outcome: 'vetted'; addresses: readonly ResolvedAddress[] }
  | { outcome: 'unresolved'; reason: string }
  | { outcome: 'refused'; reason: string; address: string };

/** Resolves a URL's host once and judges what it resolves to: one refused address refuses the host. */
export async function vetHost(url: URL, resolve: Resolve, allowedCidrs: readonly string[]): Promise<VettedHost> {
  // The URL parser has turned 0x7f.1, 2130706433 and the like into the usual notation; IPv6 stands in brackets.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(host);
  const answer = version === 0 ? await resolveName(host, resolve) : [{ address: host, family: version }];
  if (!Array.isArray(answer)) return { outcome: 'unresolved', reason: answer.problem };
  for (const { address } of answer) {
    const verdict = judgeAddress(address, allowedCidrs);
    if (verdict === 'allowed') continue;
    const subject = version === 0 ? `${host} resolves to ${address}` : address;
    return { outcome: 'refused', reason: `the address is refused: ${subject}, and ${verdict.refused}`, address };
  }
  return { outcome: 'vetted', addresses: answer };
}

async function resolveName(name: string, resolve: Resolve): Promise<ResolvedAddress[] | { problem: string }> {
  try {
    const addresses = await resolve(name);
    return addresses.length === 0 ? { problem: `the name ${name} has no address` } : [...addresses];
  } catch (error) {
    return { problem: `the name ${name} could not be resolved (${errorCode(error) ?? 'no reason given'})` };
  }
}

/** The code of a system error, such as `ENOTFOUND`; of several attempts in one, the first one's. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? errorCode(error.errors[0]) : undefined;
}

/** Lets a socket connect to nothing but the vetted addresses, whatever the name resolves to by then. */
export function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (name, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error(`${name} has no vetted address`), '');
    else if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/**
 * Makes the system's resolver. Questions for one name that run at the same time share an answer: the system has four threads for
 * them, which one slow name with many deliveries would take from all others.
 */
export function createSystemResolver(): Resolve {
  const running = new Map<string, Promise<readonly ResolvedAddress[]>>();
  return (name) => {
    const known = running.get(name);
    if (known !== undefined) return known;
    // IPv4 first, because a function outside a VPC has no way out over IPv6.
    const answer = lookup(name, { all: true, order: 'ipv4first' }).finally(() => running.delete(name));
    running.set(name, answer);
    return answer;
  };
}
