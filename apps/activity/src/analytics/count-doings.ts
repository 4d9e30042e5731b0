import { quarterMs } from '../local-time/clock.js';
import { type Doing } from './doings.js';
import { type dimensions } from './tables.js';

export type CountedCell = { quarter: string } & Record<(typeof dimensions)[number], string> & { events: number };

/** What a run of doings adds to the counts of one account. */
export interface Counts {
  cells: Map<string, CountedCell & { people: Set<string> }>;
  people: Map<string, CountedCell & { member: string }>;
}

export const noCounts = (): Counts => ({ cells: new Map(), people: new Map() });

/** Adds one doing. Words hold no blanks (their contracts see to that), so a blank keeps them apart in a key. */
export function count({ cells, people }: Counts, { source, category, device, type, at }: Doing, member: string): void {
  const quarter = new Date(at - (at % quarterMs)).toISOString();
  const key = `${quarter} ${source} ${category} ${device} ${type}`;
  let cell = cells.get(key);
  if (!cell) {
    cell = { quarter, source, category, device, type, events: 0, people: new Set() };
    cells.set(key, cell);
  }
  cell.events += 1;
  cell.people.add(member);
  const ownKey = `${member} ${key}`;
  const own = people.get(ownKey);
  if (own) own.events += 1;
  else people.set(ownKey, { member, quarter, source, category, device, type, events: 1 });
}
