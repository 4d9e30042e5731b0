import fc from 'fast-check';
import { askedWords, fold, wordsOf } from './words.js';

describe('folding', () => {
  it.each([
    ['Zoë Çağlar', 'zoe caglar'],
    ['Łukasz Weiß', 'lukasz weiss'],
    ['Bjørn Ðorður', 'bjorn dordur'],
    ['İlker Işık', 'ilker isik'],
    ['Ｊｏｈｎ', 'john'],
    ["Siobhán O'Brien", 'siobhan obrien'],
    ['Siobhán O｀Brien', 'siobhan obrien'],
    ['Σίσυφος', 'σισυφοσ'],
    ['Алексей Ёлкин', 'алексеи елкин'],
    ['أَحْمَد', 'احمد'],
    ['ガンダム', 'カンタム'],
    ['राम', 'राम'],
    ['김철수', '김철수'],
  ])('writes %s as %s', (text, folded) => expect(fold(text)).toBe(folded));

  it('is done once', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(fold(fold(text))).toBe(fold(text))));
  });
});

describe('words of a name or handle', () => {
  it.each([
    ['Ada Lovelace', ['ada', 'lovelace']],
    ['ada.lovelace-7', ['ada', 'lovelace', '7', 'adalovelace7']],
    ['lovelace36', ['lovelace', '36', 'lovelace36']],
    ['Jean-Luc Picard', ['jean', 'luc', 'jeanluc', 'picard']],
    ['山田太郎', ['山田太郎', '田太郎', '太郎', '郎']],
    ['김철수', ['김철수', '철수', '수']],
    ['محمد الحسن', ['محمد', 'الحسن']],
    ['🦄 !!! %_\\', []],
  ])('%s: %j', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('are found by being asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
        const words = wordsOf(text);
        expect(askedWords(text).filter((word) => !words.includes(word))).toEqual([]);
      }),
    );
  });

  it('are no longer than an index row has room for', () => {
    expect(wordsOf('a'.repeat(200))).toEqual(['a'.repeat(32)]);
    expect(askedWords('𠮷'.repeat(100))).toEqual(['𠮷'.repeat(32)]);
  });
});
