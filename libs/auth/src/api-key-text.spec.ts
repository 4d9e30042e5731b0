import fc from 'fast-check';
import { looksLikeApiKey, readApiKey, writeApiKey } from './api-key-text.js';

const ids = {
  account_id: '018f0000-0000-7000-8000-00000000000a',
  key_id: '018f0000-0000-7000-8000-0000000000e1',
};
const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((all) => Buffer.from(all));
const key = writeApiKey({ ...ids, secret: Buffer.alloc(32, 7) });

describe('the text of an API key', () => {
  it('gives back what it was made of, whatever the secret', () =>
    fc.assert(
      fc.property(bytes, fc.uuid(), fc.uuid(), (secret, account_id, key_id) =>
        expect(readApiKey(writeApiKey({ account_id, key_id, secret }))).toEqual({ account_id, key_id, secret }),
      ),
    ));

  it('has a form of its own, of fixed length, in letters and digits', () => {
    expect(key).toMatch(/^annals_[0-9A-Za-z]{43}_[0-9A-Za-z]{49}$/);
    expect([looksLikeApiKey(key), looksLikeApiKey('eyJhbGciOiJFZERTQSJ9.e30.x')]).toEqual([true, false]);
  });

  it('is refused with any one character changed, so a scanner reports no word that only looks like a key', () => {
    for (let place = 'annals_'.length; place < key.length; place += 1) {
      const other = key[place] === 'x' ? 'y' : 'x';
      expect(readApiKey(key.slice(0, place) + other + key.slice(place + 1))).toBeNull();
    }
  });

  it.each([
    ['nothing', ''],
    ['too short', key.slice(0, -1)],
    ['too long', `${key}0`],
    ['a number beyond 256 bits', `annals_${'z'.repeat(43)}_${'z'.repeat(43)}2Q2cAA`],
  ])('is not %s', (_what, text) => expect(readApiKey(text)).toBeNull());
});
