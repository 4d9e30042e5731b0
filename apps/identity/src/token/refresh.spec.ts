import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { makeRefreshToken, readRefreshToken } from './refresh-token.js';
import { decideRotation, type RefreshFamily } from './rotate-refresh.js';

const key = randomBytes(32);
const session_id = '018f0000-0000-7000-8000-0000000000c1';

describe('a refresh token', () => {
  it('says which it is, and is another one each time', () =>
    fc.assert(
      fc.property(fc.uuid(), fc.nat(2 ** 31), (session_id, generation) => {
        const token = makeRefreshToken(key, { session_id, generation });
        expect(readRefreshToken(key, token)).toEqual({ session_id, generation });
        expect(makeRefreshToken(key, { session_id, generation })).not.toBe(token);
      }),
    ));

  it('cannot be made by guessing: whatever bit is changed, and under another key, it is not ours', () => {
    const token = makeRefreshToken(key, { session_id, generation: 3 });
    expect(readRefreshToken(randomBytes(32), token)).toBeNull();
    fc.assert(
      fc.property(fc.nat(68 * 8 - 1), (bit) => {
        const bytes = Buffer.from(token, 'base64url');
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(readRefreshToken(key, bytes.toString('base64url'))).toBeNull();
      }),
    );
  });

  it('is no token when it has another length', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(Buffer.from(text, 'base64url').length !== 68);
        expect(readRefreshToken(key, text)).toBeNull();
      }),
    ));
});

describe('presenting a refresh token', () => {
  const rotated_at = new Date('2026-03-01T12:00:00.000Z');
  const network = '198.51.100.0/24';
  const family: RefreshFamily = {
    ...{ session_id, user_id: session_id, generation: 5, sealed_token: '', rotated_at },
    ...{ rotated_from: network, ended_at: null },
  };
  const present = (generation: number, milliseconds: number, from: string | null = network) =>
    decideRotation(family, generation, from, new Date(rotated_at.getTime() + milliseconds));

  it('rotates the present one, from whatever network', () =>
    expect([present(5, 1), present(5, 1, '203.0.113.0/24')]).toEqual(['rotate', 'rotate']));
  it('repeats the present one for its parent within ten seconds', () => expect(present(4, 10_000)).toBe('repeat'));
  it('takes the parent for stolen after that', () => expect(present(4, 10_001)).toBe('replayed'));
  it('takes the parent for stolen when it comes from another network than its exchange', () =>
    expect(present(4, 1, '203.0.113.0/24')).toBe('replayed-elsewhere'));
  it('knows that one client may have an IPv4 and an IPv6 network, and that a network may be unknown', () =>
    expect([present(4, 1, '2a00:1450:4001::/48'), present(4, 1, null)]).toEqual(['repeat', 'repeat']));
  it('takes a grandparent for stolen at any time (django-oauth-toolkit #1617)', () =>
    expect(present(3, 1)).toBe('replayed'));
  it('refuses everything once the family has ended', () =>
    expect(
      [3, 4, 5].map((generation) =>
        decideRotation({ ...family, ended_at: rotated_at }, generation, network, rotated_at),
      ),
    ).toEqual(['refuse', 'refuse', 'refuse']));
  it('refuses one that was never given out', () => expect(present(6, 1)).toBe('refuse'));
});
