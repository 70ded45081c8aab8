import fc from 'fast-check';

/** IANA's special-purpose registry of IPv4 (2026), and multicast. */
export const specialIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '255.255.255.255/32',
];

/** IANA's special-purpose registry of IPv6 (2026), and what else is no global unicast. */
export const specialIpv6 = [
  '::/128',
  '::1/128',
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '100:0:0:1::/64',
  '2001::/23',
  '2001::/32',
  '2001:2::/48',
  '2001:3::/32',
  '2001:4:112::/48',
  '2001:10::/28',
  '2001:20::/28',
  '2001:30::/28',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '::/3',
  '4000::/2',
  '8000::/1',
];

// Written with whole numbers and apart from the library, so that the two check each other.
function ipv4Number(text: string): bigint {
  return text.split('.').reduce((number, part) => number * 256n + BigInt(part), 0n);
}

function ipv6Number(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right];
  return groups.reduce((number, group) => number * 65536n + BigInt(`0x${group}`), 0n);
}

/** The addresses of a CIDR as whole numbers. */
export type Range = { base: bigint; hostBits: bigint };

/** Reads a CIDR of either family. */
export function readRange(cidr: string): Range {
  const [base = '', bits = ''] = cidr.split('/');
  return base.includes(':')
    ? { base: ipv6Number(base), hostBits: 128n - BigInt(bits) }
    : { base: ipv4Number(base), hostBits: 32n - BigInt(bits) };
}

/** Whether an address lies in a range of its family. */
export const isWithin = (number: bigint, range: Range) => number >> range.hostBits === range.base >> range.hostBits;
/** An IPv4 address as text. */
export const ipv4Text = (number: bigint) => [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
/** The eight groups of an IPv6 address, in hexadecimal. */
export const ipv6Groups = (number: bigint) =>
  Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));

/** The notations of an IPv6 address: whole, in upper case, padded, compressed, or with an IPv4 tail. */
export function ipv6Texts(number: bigint): string[] {
  const groups = ipv6Groups(number);
  const whole = groups.join(':');
  const tail = ipv4Text(number & 0xffffffffn);
  const padded = groups.map((group) => group.padStart(4, '0')).join(':');
  return [
    whole,
    whole.toUpperCase(),
    padded,
    whole.replace(/(?:^|:)0(?::0)+(?::|$)/, '::'),
    `${groups.slice(0, 6).join(':')}:${tail}`,
  ];
}

/** Any address of a range. */
export function addressIn({ base, hostBits }: Range): fc.Arbitrary<bigint> {
  return fc.bigInt(0n, (1n << hostBits) - 1n).map((host) => base + host);
}

/** The first and the last address of a range. */
export const endsOf = ({ base, hostBits }: Range): bigint[] => [base, base + (1n << hostBits) - 1n];

/** The addresses just before and just after a range, as far as there are any. */
export function neighboursOf(range: Range, bits: bigint): bigint[] {
  const [first = 0n, last = 0n] = endsOf(range);
  return [first - 1n, last + 1n].filter((number) => number >= 0n && number < 1n << bits);
}
