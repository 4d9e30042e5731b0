/** Longest word that is told apart, in characters. */
const longest = 32;
/** Words by which one person is found, at most. */
export const mostWords = 12;

/** Marks that change a letter and not the word. Vowel signs of Indic scripts are marks too, and are letters to their readers. */
const marks = /(?=\p{Mn})[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/gu;
/** Letters that Unicode does not take apart, as people write them without their keyboard. */
const spelledOut: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ħ: 'h', ı: 'i', ŧ: 't', ŋ: 'n', ə: 'e' },
  ...{ ς: 'σ', ـ: '', ى: 'ي', ة: 'ه' },
};
const special = new RegExp(`[${Object.keys(spelledOut).join('')}]`, 'gu');
const apostrophes = /['’‘ʼʻ`´]/gu;
/** Scripts that put no space between words: each of their characters may begin one. */
const unspaced =
  /[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}\p{Script=Hangul}]/u;

/** How texts are compared: without case, accents, apostrophes, and forms of the same letter. */
export const fold = (text: string): string =>
  text
    .replace(apostrophes, '')
    .normalize('NFKD')
    // Wide and other forms of them are plain ones now.
    .replace(apostrophes, '')
    .replace(marks, '')
    .toLowerCase()
    .replace(special, (letter) => spelledOut[letter] ?? '')
    .normalize('NFC');

const cut = (word: string): string => [...word].slice(0, longest).join('');
/** Letters and digits apart: who is called the same is told apart by a number. */
const wordsIn = (chunk: string): string[] => chunk.match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? [];

/** Words of what somebody asks, without repetition. */
export const askedWords = (text: string): string[] => [...new Set(wordsIn(fold(text)).map(cut))];

/** Words of a name or handle: each, what is written together of them, and in unspaced scripts the rest from each character on. */
export function wordsOf(text: string): string[] {
  const found = new Set<string>();
  for (const chunk of fold(text).split(/\s+/)) {
    const words = wordsIn(chunk);
    for (const word of [...words, words.join('')].filter(Boolean)) {
      found.add(cut(word));
      if (!unspaced.test(word)) continue;
      const characters = [...word];
      for (let start = 1; start < characters.length; start++) {
        if (unspaced.test(characters[start]!)) found.add(cut(characters.slice(start).join('')));
      }
    }
  }
  return [...found];
}
