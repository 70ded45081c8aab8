import { describe, expect, test } from 'vitest';
import { isAddressRange, liesIn } from './address-ranges.ts';

test.each([
  ['203.0.113.7', true],
  ['203.0.113.0/24', true],
  ['0.0.0.0/0', true],
  ['2001:db8::/32', true],
  ['::1', true],
  ['203.0.113.0/33', false],
  ['203.0.113.0/', false],
  ['203.0.113.0/024', false],
  ['203.0.113/24', false],
  ['2001:db8::/129', false],
  ['fe80::1%eth0', false],
  ['example.com', false],
  ['', false],
])('%j is a range of addresses: %s', (text, is) => {
  expect(isAddressRange(text)).toBe(is);
});

describe('an address', () => {
  test.each([
    ['203.0.113.7', ['203.0.113.0/24'], true],
    ['203.0.114.7', ['203.0.113.0/24'], false],
    ['203.0.113.7', ['203.0.113.7'], true],
    ['203.0.113.8', ['203.0.113.7', '203.0.113.8/32'], true],
    ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
    ['2001:db8:1::5', ['2001:db8::/32'], true],
    ['2001:db9::5', ['2001:db8::/32'], false],
    ['203.0.113.7', ['2001:db8::/32'], false],
    ['203.0.113.7', [], false],
    ['nonsense', ['0.0.0.0/0', '::/0'], false],
  ])('%j lies in %j: %s', (address, ranges, lies) => {
    expect(liesIn(address, ranges)).toBe(lies);
  });
});
