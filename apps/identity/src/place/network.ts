import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network of a client address, as much of it as is kept outside sealed facts: the first 24 bits of an IPv4 address,
 * the first 48 of an IPv6 address. Null for what is no address.
 */
export function networkOf(address: string | null): string | null {
  const plain = plainAddress(address);
  if (plain === null) return null;
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  return `${groupsOf(plain).slice(0, 3).join(':')}::/48`;
}

/** An address as it is looked up: IPv4 also where it came inside IPv6 (`::ffff:192.0.2.1`), without a zone. */
export function plainAddress(address: string | null): string | null {
  const bare = address?.replace(/%.*$/, '') ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return mapped;
  return isIPv4(bare) || isIPv6(bare) ? bare : null;
}

/** The eight groups of an IPv6 address without leading zeros (RFC 4291 §2.2), as far as the first six are concerned. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(zeros).fill('0'), ...after].map((group) => group.replace(/^0+(?=.)/, ''));
}

/** Whether two networks are of the same kind and differ. An IPv4 and an IPv6 network may well be one client's. */
export function isOtherNetwork(one: string | null, other: string | null): boolean {
  if (one === null || other === null || one === other) return false;
  return one.includes(':') === other.includes(':');
}
