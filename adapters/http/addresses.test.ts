import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertCidrs, judgeAddress } from './addresses.ts';
import { addressIn, ipv4Text, isWithin, readRange } from './ranges-for-tests.ts';

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
