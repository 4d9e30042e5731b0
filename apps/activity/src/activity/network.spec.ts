import fc from 'fast-check';
import { networkOf } from './network.js';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['10.0.0.1', '10.0.0.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:1234:5678:9abc:def0:1234:5678', '2001:db8:1234::/48'],
    ['2001:0DB8:0001::7', '2001:db8:1::/48'],
    ['2001:db8::7', '2001:db8::/48'],
    ['2001::5:6:7:8', '2001::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['::1', '::/48'],
    ['64:ff9b::192.0.2.33', '64:ff9b::/48'],
    ['1:2::3:4:5:192.0.2.33', '1:2::/48'],
  ])('%s is in %s', (address, network) => expect(networkOf(address)).toBe(network));

  it.each(['', 'localhost', '203.0.113', '203.0.113.300', '1:2:3', 'not::an::address'])('of %j there is none', (text) =>
    expect(networkOf(text)).toBeNull(),
  );

  it('tells nothing of what stands behind its first three bytes or groups', () => {
    const two = (one: fc.Arbitrary<string>) => fc.tuple(one, one);
    const byte = fc.integer({ min: 0, max: 255 }).map(String);
    fc.assert(fc.property(two(byte), ([a, b]) => networkOf(`192.0.2.${a}`) === networkOf(`192.0.2.${b}`)));
    const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
    const tail = fc.array(group, { minLength: 5, maxLength: 5 }).map((groups) => groups.join(':'));
    fc.assert(fc.property(two(tail), ([a, b]) => networkOf(`2001:db8:7:${a}`) === networkOf(`2001:db8:7:${b}`)));
  });
});
