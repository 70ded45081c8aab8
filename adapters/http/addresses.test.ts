import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertCidrs, judgeAddress } from './addresses.ts';

/** IANA's special-purpose registries of both families (2026), and what else is no global unicast. */
const specialIpv4 = [
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
const specialIpv6 = [
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

type Range = { base: bigint; hostBits: bigint };

function readRange(cidr: string): Range {
  const [base = '', bits = ''] = cidr.split('/');
  return base.includes(':')
    ? { base: ipv6Number(base), hostBits: 128n - BigInt(bits) }
    : { base: ipv4Number(base), hostBits: 32n - BigInt(bits) };
}

const isWithin = (number: bigint, range: Range) => number >> range.hostBits === range.base >> range.hostBits;
const ipv4Text = (number: bigint) => [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
const ipv6Groups = (number: bigint) =>
  Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));

/** One of the notations of an IPv6 address: whole, in upper case, padded, compressed, or with an IPv4 tail. */
function ipv6Texts(number: bigint): string[] {
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

function addressIn({ base, hostBits }: Range): fc.Arbitrary<bigint> {
  return fc.bigInt(0n, (1n << hostBits) - 1n).map((host) => base + host);
}

describe('an IPv4 address', () => {
  test.each(specialIpv4)('anywhere in %s is refused', (cidr) => {
    const range = readRange(cidr);
    const edges: [bigint][] = [[range.base], [range.base + (1n << range.hostBits) - 1n]];
    const property = fc.property(addressIn(range), (number) => {
      expect(judgeAddress(ipv4Text(number), [])).toHaveProperty('refused');
    });
    fc.assert(property, { examples: edges });
  });

  test('is allowed exactly where it lies in no special range', () => {
    const special = specialIpv4.map(readRange);
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 32n) - 1n), (number) => {
        const expected = !special.some((range) => isWithin(number, range));
        expect(judgeAddress(ipv4Text(number), []) === 'allowed').toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '198.20.0.0',
    '223.255.255.255',
  ])('such as %s is allowed', (ip) => {
    expect(judgeAddress(ip, [])).toBe('allowed');
  });
});

describe('an IPv6 address', () => {
  test.each(specialIpv6)('anywhere in %s is refused in every notation', (cidr) => {
    const range = readRange(cidr);
    const edges: [bigint][] = [[range.base], [range.base + (1n << range.hostBits) - 1n]];
    const property = fc.property(addressIn(range), (number) => {
      for (const text of ipv6Texts(number)) expect(judgeAddress(text, [])).toHaveProperty('refused');
    });
    fc.assert(property, { examples: edges });
  });

  test('is allowed exactly where it is global and lies in no special range', () => {
    const special = specialIpv6.map(readRange);
    const anywhere = fc.oneof(
      fc.bigInt(0n, (1n << 128n) - 1n),
      addressIn(readRange('2000::/3')),
      addressIn(readRange('2001::/16')),
    );
    fc.assert(
      fc.property(anywhere, (number) => {
        const expected = !special.some((range) => isWithin(number, range));
        for (const text of ipv6Texts(number)) expect(judgeAddress(text, []) === 'allowed').toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('is refused whatever IPv4 address is embedded in it', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 32n) - 1n), (number) => {
        for (const prefix of ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::']) {
          expect(judgeAddress(`${prefix}${ipv4Text(number)}`, [])).toHaveProperty('refused');
        }
      }),
    );
  });

  test.each(['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2400:cb00::1'])('such as %s is allowed', (ip) => {
    expect(judgeAddress(ip, [])).toBe('allowed');
  });
});

describe('what is no plain IP address', () => {
  test.each([
    '',
    'localhost',
    '127.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '010.8.8.8',
    '8.8.8.8 ',
    '8.8.8.8.',
    '[::1]',
    '1.1.1.1/32',
    'fe80::1%eth0',
    '2606:4700::1%1',
    '::ffff:8.8.8',
    '1::2::3',
  ])('such as %j is refused', (ip) => {
    expect(judgeAddress(ip, ['0.0.0.0/0', '::/0'])).toHaveProperty('refused');
  });
});

describe('the reason of a refusal', () => {
  test.each([
    ['10.1.2.3', 'it is a private address'],
    ['169.254.169.254', 'it is a link-local address'],
    ['100.64.0.1', 'it is a carrier-grade NAT address'],
    ['::ffff:8.8.8.8', 'it is an IPv4-mapped address'],
    ['192.0.2.1', 'it is a reserved address'],
    ['::7f00:1', 'it is a reserved address'],
  ])('of %s is that %s', (ip, refused) => {
    expect(judgeAddress(ip, [])).toEqual({ refused });
  });
});

describe('an exception by CIDR', () => {
  test('allows what lies in it and nothing else', () => {
    const range = readRange('127.0.0.0/8');
    fc.assert(
      fc.property(addressIn(readRange('126.0.0.0/7')), (number) => {
        const verdict = judgeAddress(ipv4Text(number), ['127.0.0.0/8', '::1/128', 'fd00::/8']);
        if (isWithin(number, range)) expect(verdict).toBe('allowed');
      }),
    );
    expect(judgeAddress('::1', ['127.0.0.0/8', '::1/128'])).toBe('allowed');
    expect(judgeAddress('::2', ['127.0.0.0/8', '::1/128'])).toHaveProperty('refused');
    expect(judgeAddress('10.0.0.1', ['127.0.0.0/8', '::1/128'])).toHaveProperty('refused');
  });

  test('does not reach the IPv4-mapped form of what it allows', () => {
    expect(judgeAddress('::ffff:127.0.0.1', ['127.0.0.0/8'])).toHaveProperty('refused');
  });

  test.each([
    '10/8',
    '10.0.0.0',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'fe80::1%eth0/64',
    '',
    '10.0.0.0/-1',
  ])('written %j stops the start', (cidr) => {
    expect(() => assertCidrs(['127.0.0.0/8', cidr])).toThrow(`"${cidr}" is not a CIDR`);
  });
});
