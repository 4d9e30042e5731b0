/** Fewest people that an answer about an account tells of. */
export const fewestPeople = 5;

/** Whether a number of people could tell of one of them. Where there is nobody, nobody is told of. */
export const tooFew = (people: number): boolean => people > 0 && people < fewestPeople;

/**
 * Which parts of a whole must not be told: those of too few people, and with them so many of the next smallest that what
 * is hidden cannot be found out from the whole and the parts that are told. When all of them together are still too few
 * or only one, the whole must not be told either; `wholeToo` says so.
 */
export function hiddenCells(people: readonly number[]): { hidden: boolean[]; wholeToo: boolean } {
  const hidden = people.map(tooFew);
  const smallestFirst = people
    .map((count, index) => ({ count, index }))
    .filter(({ count }) => count >= fewestPeople)
    .sort((a, b) => a.count - b.count);
  const kept = () => people.filter((_, index) => hidden[index]);
  const findable = () => kept().length === 1 || tooFew(kept().reduce((sum, count) => sum + count, 0));
  while (findable()) {
    const next = smallestFirst.shift();
    if (!next) return { hidden, wholeToo: true };
    hidden[next.index] = true;
  }
  return { hidden, wholeToo: false };
}

/**
 * As `hiddenCells`, for parts that may hold the same people twice, whose sum says nothing about how many they are. With the
 * small parts goes the smallest of the others, so what can be found by subtraction is of five people at least. Where no
 * other is left, everything is hidden, and what can be found is the whole.
 */
export function hiddenSharing(people: readonly number[]): boolean[] {
  const hidden = people.map(tooFew);
  const others = people.filter((count) => count >= fewestPeople);
  if (hidden.includes(true) && others.length > 0) hidden[people.indexOf(Math.min(...others))] = true;
  return hidden;
}
