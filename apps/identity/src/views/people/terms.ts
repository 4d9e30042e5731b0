/** Longest term, in characters: an index row has room for it in any script. */
const longest = 200;
/** Words of a name, and parts of an address, by which a person is found. */
const mostTerms = 16;

/** How texts are compared in a search: without case, accents and forms of the same letter. */
export const foldText = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Places where a word begins. */
const wordStarts = (text: string): number[] =>
  [...text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map(({ index }) => index);

/**
 * What a person is found by the beginning of: the name from each of its words on, and the address from each part before
 * its `@` on. Null is what was erased.
 */
export function termsOf(name: string | null, email: string | null): string[] {
  const address = email === null ? '' : foldText(email);
  const inAddress = wordStarts(address.slice(0, address.lastIndexOf('@') + 1)).map((start) => address.slice(start));
  const called = name === null ? '' : foldText(name);
  const inName = wordStarts(called).map((start) => called.slice(start));
  const terms = [called, address, ...inName, ...inAddress].filter((term) => term !== '');
  return [...new Set(terms.map((term) => term.slice(0, longest)))].slice(0, mostTerms);
}

/** Bounds between which, in code point order, the terms lie that begin with a text. */
export function termRange(text: string): { from: string; before: string } {
  const from = foldText(text).slice(0, longest);
  return { from, before: `${from}\u{10ffff}` };
}
