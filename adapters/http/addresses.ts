import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether a request may go to an address, or what kind of address it is that forbids it. */
export type AddressVerdict = 'allowed' | { refused: string };

/** All global unicast of IPv6 (IANA); what lies outside is unassigned or special, such as `::a.b.c.d` and `fec0::/10`. */
const globalIpv6 = ipaddr.IPv6.parseCIDR('2000::/3');

const kinds: Readonly<Record<string, string>> = {
  unspecified: 'an unspecified',
  broadcast: 'a broadcast',
  multicast: 'a multicast',
  linkLocal: 'a link-local',
  loopback: 'a loopback',
  carrierGradeNat: 'a carrier-grade NAT',
  private: 'a private',
  uniqueLocal: 'a unique local',
  deprecatedSiteLocal: 'a site-local',
  ipv4Mapped: 'an IPv4-mapped',
  rfc6145: 'an IPv4-translated',
  rfc6052: 'a NAT64',
  '6to4': 'a 6to4',
  teredo: 'a Teredo',
  benchmarking: 'a benchmark',
};

/** The last 64 bits of an ISATAP address (RFC 5214, 6.1) begin so, and end in an IPv4 address that some hosts tunnel to. */
const isatapMarks: ReadonlySet<number> = new Set([0x0000, 0x0200]);

/** Judges an IP address: only global unicast is allowed, and what lies in a CIDR of the stage's settings. */
export function judgeAddress(ip: string, allowedCidrs: readonly string[]): AddressVerdict {
  // Node's parser takes only the canonical notations; ipaddr.js alone would read `010.1` and the like.
  if (isIP(ip) === 0) return { refused: 'it is not an IP address' };
  if (ip.includes('%')) return { refused: 'it is bound to a network interface' };
  const address = ipaddr.parse(ip);
  if (allowedCidrs.some((cidr) => contains(cidr, address))) return 'allowed';
  const range: string = address.range();
  const isGlobal = address.kind() === 'ipv4' || address.match(globalIpv6);
  if (range === 'unicast' && isGlobal) return isIsatap(address) ? { refused: 'it is an ISATAP address' } : 'allowed';
  return { refused: `it is ${kinds[range] ?? 'a reserved'} address` };
}

function isIsatap(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (!('parts' in address)) return false;
  const [, , , , mark = -1, protocol] = address.parts;
  return isatapMarks.has(mark) && protocol === 0x5efe;
}

/** Throws for the first entry that is no CIDR in the usual notation: `10/8` would otherwise silently mean 0.0.0.10/8. */
export function assertCidrs(cidrs: readonly string[]): void {
  const wrong = cidrs.find((cidr) => !isCidr(cidr));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not a CIDR such as 10.0.0.0/8 or fd00::/8`);
}

function isCidr(text: string): boolean {
  const [base = '', bits = '', ...rest] = text.split('/');
  const version = isIP(base);
  return (
    rest.length === 0 &&
    version !== 0 &&
    !base.includes('%') &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128)
  );
}

function contains(cidr: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [base, bits] = ipaddr.parseCIDR(cidr);
  return base.kind() === address.kind() && address.match(base, bits);
}
