/** Characters of a word that are spelled: who gets these right, or wrong once, is understood. */
const spelled = 7;

/**
 * Ways to spell a word that both it and a slip of it share: itself and itself without one character, by its beginning
 * ("symmetric delete", W. Garbe 2012). Two words one slip apart (a character too many, too few, another, or two changed
 * over) have one in common, so that a slip is found by equality. Numbers have none: one more is another number.
 */
export function spellings(word: string): string[] {
  if (/\p{N}/u.test(word)) return [];
  const beginning = [...word].slice(0, spelled);
  const all = new Set([beginning.join('')]);
  if (beginning.length > 2) {
    for (let gone = 0; gone < beginning.length; gone++) all.add(beginning.toSpliced(gone, 1).join(''));
  }
  return [...all];
}

/** Slips that are forgiven in a word of this many characters. */
export const forgiven = (length: number): number => (length < 3 ? 0 : length < 8 ? 1 : 2);

/** Slips between what was typed and a word. */
export interface Slips {
  /** To the word as a whole. */
  whole: number;
  /** To the beginning of it that is nearest: people do not type to the end. */
  beginning: number;
}

/** Optimal string alignment distance (Damerau–Levenshtein without overlapping changes), by dynamic programming. */
export function slips(typed: string, word: string): Slips {
  const [a, b] = [[...typed], [...word]];
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(above[column]! + 1, line[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, before[column - 2]! + 1);
      line.push(best);
    }
    [before, above] = [above, line];
  }
  return { whole: above[b.length]!, beginning: Math.min(...above) };
}
