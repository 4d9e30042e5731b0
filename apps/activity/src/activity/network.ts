import { isIPv4, isIPv6 } from 'node:net';

const keptBytes = 3;
const keptGroups = 3;

/**
 * The network of an address, which is as close as an activity log gets to it: the /24 of an IPv4 address, the /48 of an
 * IPv6 one, in the form of RFC 5952. Null for what is no address.
 */
export function networkOf(address: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return `${mapped.split('.').slice(0, keptBytes).join('.')}.0/24`;
  // A zone names an interface of this machine, and nothing outside of it.
  const [plain = ''] = address.split('%');
  return isIPv6(plain) ? `${prefixOf(plain)}/48` : null;
}

function prefixOf(address: string): string {
  const [before = '', after] = address.split('::');
  const groups = before === '' ? [] : before.split(':');
  // What the double colon leaves out is zeros, and what stands behind it counts from the end.
  const behind = after ? after.split(':').length + (after.includes('.') ? 1 : 0) : 0;
  const zeros = after === undefined ? 0 : Math.max(0, 8 - groups.length - behind);
  const whole = [...groups, ...Array.from({ length: zeros }, () => '0'), ...(after ? after.split(':') : [])];
  const kept = whole.slice(0, keptGroups).map((group) => Number.parseInt(group, 16).toString(16));
  while (kept.at(-1) === '0') kept.pop();
  return `${kept.join(':')}::`;
}
