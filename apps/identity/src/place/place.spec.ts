import fc from 'fast-check';
import { kilometresBetween } from './distance.js';
import { isOtherNetwork, networkOf, plainAddress } from './network.js';
import { openPlaces } from './places.js';

const places = openPlaces();
const germany = places.find('5.9.0.1')!;
const japan = places.find('133.11.0.1')!;

describe('the place of an address', () => {
  it('is its country, with where that is', () => {
    expect(germany).toEqual({ country: 'DE', region: null, latitude: 51, longitude: 10.4, radius_km: 336 });
    expect(japan.country).toBe('JP');
    expect(places.find('2a01:4f8::1')).toMatchObject({ country: 'DE' });
    expect(places.find('::ffff:5.9.0.1')).toEqual(germany);
  });

  it('is unknown for private, reserved and documentation addresses, and for what is no address', () => {
    const nowhere = ['10.1.2.3', '192.168.0.1', '127.0.0.1', '169.254.1.1', '100.64.0.1', '203.0.113.7', '240.0.0.1'];
    const nowhereBySix = ['::1', 'fe80::1%eth0', 'fd00::1', '2001:db8::1', '::ffff:10.0.0.1'];
    for (const address of [...nowhere, ...nowhereBySix, 'nonsense', '', null]) {
      expect([address, places.find(address)]).toEqual([address, null]);
    }
  });

  it('needs a file that can be read', () => {
    expect(() => openPlaces('/nowhere/places.mmdb')).toThrow('ENOENT');
    expect(() => openPlaces(__filename)).toThrow();
  });
});

describe('the distance of two places', () => {
  it('leaves out what both may be off', () => {
    expect(kilometresBetween(germany, japan)).toBeGreaterThan(8_000);
    expect(kilometresBetween(germany, japan)).toBeLessThan(9_000);
    expect(kilometresBetween(germany, places.find('193.0.6.139')!)).toBe(0);
  });

  it('is nothing from a place to itself, and the same both ways', () =>
    fc.assert(
      fc.property(spot(), spot(), (one, other) => {
        expect(kilometresBetween(one, one)).toBe(0);
        expect(kilometresBetween(one, other)).toBeCloseTo(kilometresBetween(other, one), 6);
        expect(kilometresBetween(one, other)).toBeLessThanOrEqual(20_020);
      }),
    ));
});

const spot = () =>
  fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    radius_km: fc.nat(2_000),
  });

describe('the network of an address', () => {
  it.each([
    ['198.51.100.77', '198.51.100.0/24'],
    ['::ffff:198.51.100.77', '198.51.100.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:0DB8:0001::6', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['nonsense', null],
    [null, null],
  ])('of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));

  it('is the same for every host in it', () =>
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(255), (address, host) => {
        const neighbour = address.replace(/\d+$/, String(host));
        expect(networkOf(neighbour)).toBe(networkOf(address));
      }),
    ));

  it('never holds the end of an address, whatever its spelling', () =>
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        fc.pre(plainAddress(address) === address);
        expect(networkOf(address)).toMatch(/^([0-9a-f]{1,4}:){3}:\/48$/);
      }),
    ));

  it('is another one only beside one of its kind', () => {
    expect(isOtherNetwork('198.51.100.0/24', '203.0.113.0/24')).toBe(true);
    expect(isOtherNetwork('2001:db8:1::/48', '2001:db8:2::/48')).toBe(true);
    expect(isOtherNetwork('198.51.100.0/24', '198.51.100.0/24')).toBe(false);
    expect(isOtherNetwork('198.51.100.0/24', '2001:db8:1::/48')).toBe(false);
    expect(isOtherNetwork(null, '198.51.100.0/24')).toBe(false);
  });
});
