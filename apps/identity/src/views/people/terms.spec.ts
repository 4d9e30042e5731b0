import fc from 'fast-check';
import { foldText, termRange, termsOf } from './terms.js';

/** As PostgreSQL compares under the collation "C": by bytes of UTF-8. */
const isBetween = (term: string, { from, before }: { from: string; before: string }) =>
  Buffer.compare(Buffer.from(term), Buffer.from(from)) >= 0 &&
  Buffer.compare(Buffer.from(term), Buffer.from(before)) < 0;
const finds = (q: string, name: string | null, email: string | null) =>
  termsOf(name, email).some((term) => isBetween(term, termRange(q)));

describe('a person', () => {
  it.each([
    ['the name', 'jose o’neill'],
    ['a later word', 'NEILL-SMITH'],
    ['a word behind a hyphen', 'smith'],
    ['accents or none', 'José'],
    ['the address', 'j.oneill+news@'],
    ['a part of the address', 'oneill'],
    ['a later part of the address', 'news@ex'],
  ])('is found by the beginning of %s', (_, q) =>
    expect(finds(q, 'José O’Neill-Smith', 'j.oneill+news@example.test')).toBe(true),
  );
  it.each(['eill', 'ose', 'example', '@', 'x'])('is not found by %j, which begins nothing', (q) =>
    expect(finds(q, 'José O’Neill-Smith', 'j.oneill+news@example.test')).toBe(false),
  );
  it('who was erased is found by nothing', () => expect(termsOf(null, null)).toEqual([]));

  it('is found by every beginning of a name, in any script', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), fc.nat(59), (name, length) => {
        const q = [...foldText(name)].slice(0, length + 1).join('');
        fc.pre(q.trim() !== '');
        expect(finds(q, name, null)).toBe(true);
      }),
    ));

  it('has few terms, however many words', () => {
    const name = Array.from({ length: 100 }, (_, n) => n).join(' ');
    expect(termsOf(name, 'a@b.test')).toHaveLength(16);
  });
});
