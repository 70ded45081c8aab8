import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAddress } from './addresses.ts';
import {
  addressIn,
  endsOf,
  ipv4Text,
  ipv6Groups,
  ipv6Texts,
  isWithin,
  neighboursOf,
  readRange,
  specialIpv4,
  specialIpv6,
} from './ranges-for-tests.ts';

const isAllowed = (text: string) => judgeAddress(text, []) === 'allowed';
const ipv4Number = fc.bigInt(0n, (1n << 32n) - 1n);
const hexTail = (number: bigint) => ipv6Groups(number).slice(6).join(':');

describe("Guard: property tests over all of IPv4's special ranges and the embedded IPv6 forms", () => {
  const special4 = specialIpv4.map(readRange);
  const special6 = specialIpv6.map(readRange);
  const isGlobal4 = (number: bigint) => !special4.some((range) => isWithin(number, range));
  const isGlobal6 = (number: bigint) => !special6.some((range) => isWithin(number, range));

  test.each(specialIpv4)('an IPv4 address anywhere in %s is refused', (cidr) => {
    const range = readRange(cidr);
    const property = fc.property(addressIn(range), (number) => {
      expect(judgeAddress(ipv4Text(number), [])).toHaveProperty('refused');
    });
    fc.assert(property, { numRuns: 500, examples: endsOf(range).map((end): [bigint] => [end]) });
  });

  test.each(specialIpv4)('the neighbours of %s are judged by what they are themselves', (cidr) => {
    for (const number of neighboursOf(readRange(cidr), 32n)) {
      expect([ipv4Text(number), isAllowed(ipv4Text(number))]).toEqual([ipv4Text(number), isGlobal4(number)]);
    }
  });

  test('an IPv4 address is allowed exactly where it lies in no special range', () => {
    const property = fc.property(ipv4Number, (number) => {
      expect(isAllowed(ipv4Text(number))).toBe(isGlobal4(number));
    });
    fc.assert(property, { numRuns: 5_000 });
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
  ])('an IPv4 address such as %s is allowed', (ip) => {
    expect(judgeAddress(ip, [])).toBe('allowed');
  });

  test.each(specialIpv6)('an IPv6 address anywhere in %s is refused in every notation', (cidr) => {
    const range = readRange(cidr);
    const property = fc.property(addressIn(range), (number) => {
      for (const text of ipv6Texts(number)) expect(judgeAddress(text, [])).toHaveProperty('refused');
    });
    fc.assert(property, { examples: endsOf(range).map((end): [bigint] => [end]) });
  });

  test.each(specialIpv6)('the neighbours of %s are judged by what they are themselves', (cidr) => {
    for (const number of neighboursOf(readRange(cidr), 128n)) {
      for (const text of ipv6Texts(number)) expect([text, isAllowed(text)]).toEqual([text, isGlobal6(number)]);
    }
  });

  test('an IPv6 address is allowed exactly where it is global and lies in no special range', () => {
    const anywhere = fc.oneof(
      fc.bigInt(0n, (1n << 128n) - 1n),
      addressIn(readRange('2000::/3')),
      addressIn(readRange('2001::/16')),
    );
    const property = fc.property(anywhere, (number) => {
      for (const text of ipv6Texts(number)) expect(isAllowed(text)).toBe(isGlobal6(number));
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  test.each([
    ['IPv4-mapped', (ip: string) => `::ffff:${ip}`],
    ['IPv4-compatible', (ip: string) => `::${ip}`],
    ['IPv4-translated', (ip: string) => `::ffff:0:${ip}`],
    ['NAT64', (ip: string) => `64:ff9b::${ip}`],
    ['local NAT64', (ip: string) => `64:ff9b:1::${ip}`],
    ['ISATAP', (ip: string) => `2606:4700:4700:1:0:5efe:${ip}`],
    ['ISATAP of a global address', (ip: string) => `2606:4700:4700:1:200:5efe:${ip}`],
    ['link-local ISATAP', (ip: string) => `fe80::5efe:${ip}`],
  ])('an %s form is refused whatever IPv4 address is embedded, dotted or in hexadecimal', (_, embed) => {
    const property = fc.property(ipv4Number, (number) => {
      expect(judgeAddress(embed(ipv4Text(number)), [])).toHaveProperty('refused');
      expect(judgeAddress(embed(hexTail(number)), [])).toHaveProperty('refused');
    });
    fc.assert(property);
  });

  test('a 6to4 and a Teredo form are refused whatever IPv4 address is embedded', () => {
    const property = fc.property(ipv4Number, fc.bigInt(0n, (1n << 64n) - 1n), (number, host) => {
      const rest = ipv6Groups(host).slice(4).join(':');
      expect(judgeAddress(`2002:${hexTail(number)}:0:${rest}`, [])).toHaveProperty('refused');
      // Teredo: the server, flags and port, and the client with its bits turned over.
      const client = hexTail(number ^ 0xffffffffn);
      expect(judgeAddress(`2001:0:${hexTail(number)}:8000:63bf:${client}`, [])).toHaveProperty('refused');
    });
    fc.assert(property);
  });

  test.each(['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2400:cb00::1', '2606:4700::5efe:0:0:1'])(
    'an IPv6 address such as %s is allowed',
    (ip) => {
      expect(judgeAddress(ip, [])).toBe('allowed');
    },
  );
});
