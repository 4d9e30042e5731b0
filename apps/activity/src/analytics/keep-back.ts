import { tooFew } from '../suppression/hidden-cells.js';

/** A part of an answer about an account: how much was done, and by whom. */
export interface Part {
  events: number;
  /** Pseudonyms: all of them, or five at least. */
  people: ReadonlySet<string>;
  /** Each family cuts this part into parts that add up to it. */
  families: readonly (readonly Part[])[];
}

/** What several parts have together. */
export function together(parts: readonly Part[], families: Part['families'] = []): Part {
  const people = new Set(parts.flatMap((part) => [...part.people]));
  return { events: parts.reduce((sum, { events }) => sum + events, 0), people, families };
}

/**
 * Which parts must not be told: those of fewer than five people, and so many more that nothing can be found out about
 * them by subtraction. What a family keeps back can be read from its whole and the rest, so it is itself treated as a
 * part: of nobody, or of five people at least. Families of one whole share nothing but that whole; cut them so that
 * everything that can be made up in two ways is a whole of its own.
 */
export function keepBack(whole: Part, all = tooFew(whole.people.size), kept = new Set<Part>()): ReadonlySet<Part> {
  if (all) kept.add(whole);
  for (const family of whole.families) {
    const unsaid = all ? new Set(family) : unsaidOf(family);
    for (const part of family) keepBack(part, unsaid.has(part), kept);
  }
  return kept;
}

function unsaidOf(family: readonly Part[]): Set<Part> {
  const unsaid = new Set(family.filter(({ people }) => tooFew(people.size)));
  // Sorting is stable, so two families with the same parts in the same order keep back the same ones.
  const next = family.filter((part) => part.events > 0 && !unsaid.has(part)).sort((a, b) => b.events - a.events);
  while (tooFew(together([...unsaid]).people.size)) {
    const smallest = next.pop();
    if (!smallest) break;
    unsaid.add(smallest);
  }
  return unsaid;
}
