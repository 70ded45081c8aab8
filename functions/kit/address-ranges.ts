import { BlockList, isIP } from 'node:net';

/** Whether a text is an address, or a range of them such as 203.0.113.0/24 or 2001:db8::/32. */
export function isAddressRange(text: string): boolean {
  const [address = '', length, ...others] = text.split('/');
  const family = isIP(address);
  if (family === 0 || others.length > 0 || address.includes('%')) return false;
  if (length === undefined) return true;
  return /^(0|[1-9]\d{0,2})$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
}

/**
 * The network that an address stands for where callers are told apart: an IPv4 address itself, and of an IPv6 address the first
 * 64 bits, because everybody has all of the others to themselves (RFC 4291, 2.5.4).
 */
export function networkOf(address: string): string {
  const plain = withoutPrefix(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = (plain.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.join(':')}::/64`;
}

/** Whether an address lies in one of the ranges; an IPv4 address may be written as IPv6 (RFC 4291, 2.5.5.2). */
export function liesIn(address: string, ranges: readonly string[]): boolean {
  const plain = withoutPrefix(address);
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', length] = range.split('/');
    const kind = isIP(network) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(network, length === undefined ? (kind === 'ipv4' ? 32 : 128) : Number(length), kind);
  }
  return list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

function withoutPrefix(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
