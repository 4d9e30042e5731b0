import fc from 'fast-check';
import { slips, spellings } from './spelling.js';

const letters = [...'abcd'];
const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 3, maxLength: 12 });

/** Each slip of one finger: another letter, one too many, one too few, two changed over. */
const slipOf = (text: string) =>
  fc.record({ at: fc.nat(text.length - 1), letter: fc.constantFrom(...letters), kind: fc.nat(3) }).map((slip) => {
    const { at, letter, kind } = slip;
    const [before, here, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
    if (kind === 0) return before + letter + after;
    if (kind === 1) return before + letter + here + after;
    if (kind === 2) return before + after;
    return before + after.charAt(0) + here + after.slice(1);
  });
const wordAndSlip = word.chain((text) => fc.tuple(fc.constant(text), slipOf(text)));

describe('spellings', () => {
  it('of a word and of any slip of it have one in common', () => {
    fc.assert(
      fc.property(wordAndSlip, ([text, slip]) => {
        const known = new Set(spellings(text));
        // A word of two letters is asked for as it is.
        if (slip.length < 3) return;
        expect(spellings(slip).some((spelling) => known.has(spelling))).toBe(true);
      }),
    );
  });

  it('are few, however long the word', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(spellings(text).length).toBeLessThanOrEqual(8)));
  });
});

describe('slips', () => {
  it.each([
    ['lovelase', 'lovelace', 1, 1],
    ['lovelcae', 'lovelace', 1, 1],
    ['lvelace', 'lovelace', 1, 1],
    ['lovvelace', 'lovelace', 1, 1],
    ['lovelas', 'lovelace', 2, 1],
    ['lov', 'lovelace', 5, 0],
    ['smiht', 'smith', 1, 1],
    ['山日', '山田', 1, 1],
    ['ada', 'grace', 4, 2],
  ])('from %s to %s: %i, to its beginning %i', (typed, meant, whole, beginning) => {
    expect(slips(typed, meant)).toEqual({ whole, beginning });
  });

  it('are the same both ways, none for the same word, and never more than letters', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(slips(one, other).whole).toBe(slips(other, one).whole);
        expect(slips(one, one).whole).toBe(0);
        expect(slips(one, other).whole).toBeLessThanOrEqual(Math.max(one.length, other.length));
        expect(slips(one, other).beginning).toBeLessThanOrEqual(slips(one, other).whole);
      }),
    );
  });
});
