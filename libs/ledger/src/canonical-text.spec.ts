import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { entryHash, leafHash } from './index.js';
import { canonicalText } from './canonical-text.js';

describe('the canonical form of JSON', () => {
  it('is that of RFC 8785, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), (value) => {
        const text = canonicalText(value);
        expect(text).toBe(canonicalize(value));
        expect(canonicalText(JSON.parse(text) as object)).toBe(text);
      }),
    );
  });

  it.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ['{"b":{"d":[{"z":0,"y":-0}],"c":1e30}}', '{"b":{"c":1e+30,"d":[{"y":0,"z":0}]}}'],
    ['{"10":1,"9":2,"-1":3}', '{"-1":3,"10":1,"9":2}'],
    ['{"z":{"2":1,"10":2},"a":[{"b":1,"2":0}]}', '{"a":[{"2":0,"b":1}],"z":{"10":2,"2":1}}'],
    ['{"b":1,"__proto__":{"y":1,"x":2}}', '{"__proto__":{"x":2,"y":1},"b":1}'],
    // The sample of RFC 8785 §3.2.3: by UTF-16 units, so that a pair comes before U+FB33.
    [
      '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}',
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
  ])('writes %s as %s', (given, expected) => expect(canonicalText(JSON.parse(given) as object)).toBe(expected));

  it('leaves out members without a value, and refuses what JSON cannot hold', () => {
    expect(canonicalText({ b: undefined, a: [undefined] })).toBe('{"a":[null]}');
    expect(() => canonicalText({ a: Number.NaN })).toThrow(TypeError);
    expect(() => canonicalText({ a: [{ b: Infinity }] })).toThrow('JSON cannot hold Infinity');
    expect(() => canonicalText(() => 1)).toThrow(TypeError);
  });

  it('leaves what it was given as it was', () => {
    const given = { b: [{ d: 1, c: 2 }], a: 1 };
    canonicalText(given);
    expect(JSON.stringify(given)).toBe('{"b":[{"d":1,"c":2}],"a":1}');
  });
});

describe('the hash of an entry', () => {
  it('is that of a leaf with its canonical form, as text or as bytes', () => {
    const entry = { seq: 0, prev_hash: '0'.repeat(64), name: 'Ünï \ud83d\ude00 \ud800' };
    const text = canonicalText(entry);
    expect(entryHash(entry)).toEqual(leafHash(text));
    expect(leafHash(text)).toEqual(leafHash(Buffer.from(text, 'utf8')));
    expect(leafHash('')).toEqual(leafHash(Buffer.alloc(0)));
  });
});
