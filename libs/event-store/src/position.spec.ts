import fc from 'fast-check';
import { comparePositions, decodePosition, decodeTokens, encodePosition, encodeTokens } from './position.js';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const position = fc.record({ commit: uint64, prepare: uint64 });
const invalid = expect.objectContaining({ status: 400, code: 'invalid-position' }) as Error;
const category = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/);

describe('positions', () => {
  it('come back from their text as they were', () => {
    fc.assert(fc.property(position, (p) => expect(decodePosition(encodePosition(p))).toEqual(p)));
  });

  it('have one order', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        expect(comparePositions(a, b)).toBe(-comparePositions(b, a) + 0);
        expect(comparePositions(a, b) === 0).toBe(encodePosition(a) === encodePosition(b));
      }),
    );
    expect(comparePositions({ commit: 1n, prepare: 9n }, { commit: 2n, prepare: 0n })).toBe(-1);
    expect(comparePositions({ commit: 1n, prepare: 2n }, { commit: 1n, prepare: 1n })).toBe(1);
  });

  it.each(['', '1', '1-', '-1-2', '1-2-3', '0x1-2', '1-2@profile', '1e3-1', '123456789012345678901-1'])(
    'refuse %p with 400',
    (text) => {
      expect(() => decodePosition(text)).toThrow(invalid);
    },
  );
});

describe('position tokens', () => {
  it('come back from their header as they were', () => {
    const tokens = fc.array(fc.record({ category, position }), { minLength: 1, maxLength: 32 });
    fc.assert(fc.property(tokens, (list) => expect(decodeTokens(encodeTokens(list))).toEqual(list)));
  });

  it.each(['', '1-1', '1-1@', '1-1@Profile', '1-1@a,', '1-1@a b', '@a'])('refuse %p with 400', (header) => {
    expect(() => decodeTokens(header)).toThrow(invalid);
  });

  it('refuse a header that asks to wait for ever more', () => {
    const header = Array.from({ length: 33 }, () => '1-1@a').join(',');
    expect(() => decodeTokens(header)).toThrow(invalid);
  });
});
