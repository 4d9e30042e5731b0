import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { isGenuine, makeRefreshToken, readRefreshToken } from './refresh-token.js';
import { decideRotation, type RefreshFamily } from './rotate-refresh.js';

const key = randomBytes(32);
const salt = randomBytes(32);
const session_id = '018f0000-0000-7000-8000-0000000000c1';

describe('a refresh token', () => {
  it('is the same for the same generation, and says which it is', () =>
    fc.assert(
      fc.property(fc.uuid(), fc.nat(2 ** 31), (session_id, generation) => {
        const token = makeRefreshToken(key, salt, { session_id, generation });
        expect(makeRefreshToken(key, salt, { session_id, generation })).toBe(token);
        expect(readRefreshToken(token)).toEqual({ session_id, generation });
        expect(isGenuine(key, salt, token)).toBe(true);
      }),
    ));

  it('cannot be made by guessing: a changed one, another family’s and another key’s are not genuine', () => {
    const token = makeRefreshToken(key, salt, { session_id, generation: 3 });
    const bytes = Buffer.from(token, 'base64url');
    bytes[19]! ^= 1;
    expect(isGenuine(key, salt, bytes.toString('base64url'))).toBe(false);
    expect(isGenuine(key, randomBytes(32), token)).toBe(false);
    expect(isGenuine(randomBytes(32), salt, token)).toBe(false);
  });

  it('is no token when it has another length', () =>
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(Buffer.from(text, 'base64url').length !== 52);
        expect(readRefreshToken(text)).toBeNull();
        expect(isGenuine(key, salt, text)).toBe(false);
      }),
    ));
});

describe('presenting a refresh token', () => {
  const rotated_at = new Date('2026-03-01T12:00:00.000Z');
  const family: RefreshFamily = {
    ...{ session_id, user_id: session_id, generation: 5, token_hash: Buffer.alloc(32), salt, rotated_at },
    ended_at: null,
  };
  const after = (milliseconds: number) => new Date(rotated_at.getTime() + milliseconds);

  it('rotates the present one', () => expect(decideRotation(family, 5, after(1))).toBe('rotate'));
  it('repeats the present one for its parent within ten seconds', () =>
    expect(decideRotation(family, 4, after(10_000))).toBe('repeat'));
  it('takes the parent for stolen after that', () => expect(decideRotation(family, 4, after(10_001))).toBe('reuse'));
  it('takes a grandparent for stolen at any time (django-oauth-toolkit #1617)', () =>
    expect(decideRotation(family, 3, after(1))).toBe('reuse'));
  it('refuses everything once the family has ended', () =>
    expect([3, 4, 5].map((g) => decideRotation({ ...family, ended_at: rotated_at }, g, after(1)))).toEqual(
      Array.from({ length: 3 }, () => 'refuse'),
    ));
  it('refuses one that was never given out', () => expect(decideRotation(family, 6, after(1))).toBe('refuse'));
});
