import { BlockList, isIP } from 'node:net';

export type ClientAddressOf = (socketAddress: string | undefined, forwardedFor: string | undefined) => string | null;

/**
 * Address of the client: the socket's, unless that is a trusted proxy; then the last hop of `X-Forwarded-For` that is
 * not one. What stands to the left of it was written by strangers.
 * @param trustedProxies addresses or CIDR blocks, as in `10.0.0.0/8`
 * @throws Error for an entry that is neither
 */
export function clientAddressOf(trustedProxies: readonly string[]): ClientAddressOf {
  if (trustedProxies.length === 0) return (socket) => plain(socket);
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address);
    if (family === 0) throw new Error(`${entry} is neither an address nor a block`);
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
    trusted.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  return (socket, forwardedFor) => {
    const direct = plain(socket);
    if (direct === null || !isTrusted(direct)) return direct;
    let nearest = direct;
    for (const hop of (forwardedFor ?? '').split(',').reverse()) {
      const address = plain(hop.trim());
      if (address === null) return nearest;
      nearest = address;
      if (!isTrusted(address)) return address;
    }
    return nearest;
  };
}

/** Without the IPv6 form of an IPv4 address; null for what is no address. */
function plain(address: string | undefined): string | null {
  if (!address) return null;
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address;
  return isIP(bare) === 0 ? null : bare;
}
