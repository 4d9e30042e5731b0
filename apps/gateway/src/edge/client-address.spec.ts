import { clientAddressOf } from './client-address.js';

describe("the client's address", () => {
  const direct = clientAddressOf([]);
  const behind = clientAddressOf(['10.0.0.0/8', '192.168.1.1', 'fd00::/8']);

  it.each([
    ["the socket's", direct, '203.0.113.1', '1.1.1.1', '203.0.113.1'],
    ['without the IPv6 form of IPv4', direct, '::ffff:203.0.113.1', undefined, '203.0.113.1'],
    ['nobody, when the socket is gone', direct, undefined, '1.1.1.1', null],
    ['the last hop that is not trusted', behind, '10.1.2.3', '6.6.6.6, 203.0.113.9, 192.168.1.1', '203.0.113.9'],
    ["an untrusted socket's, whatever it says", behind, '203.0.113.1', '1.1.1.1', '203.0.113.1'],
    ['the proxy, when it says nothing', behind, '10.1.2.3', undefined, '10.1.2.3'],
    ['the nearest known one, when a hop is nonsense', behind, '10.1.2.3', '1.1.1.1, evil, 10.9.9.9', '10.9.9.9'],
    ['IPv6 behind an IPv6 proxy', behind, 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['the outermost proxy when all are trusted', behind, '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ])('is %s', (_name, addressOf, socket, forwardedFor, expected) => {
    expect(addressOf(socket, forwardedFor)).toBe(expected);
  });

  it('refuses to start with a proxy that is no address', () => {
    expect(() => clientAddressOf(['proxy.internal'])).toThrow('proxy.internal is neither an address nor a block');
  });
});
