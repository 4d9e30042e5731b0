import {
  Problem,
  retentionClasses,
  type ChosenDays,
  type DomainEvent,
  type RetentionEvent,
  type RetentionClass,
} from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';
import { ofEachClass, type Days } from './terms.js';

/** What an account chose: null where the house's term holds. */
export interface ChosenRetention {
  readonly chosen: Readonly<ChosenDays>;
  /** RFC 3339; null when nothing was ever chosen. */
  readonly updated_at: string | null;
}

/** How long an account keeps what. One stream for each account. */
export const retentions: Aggregate<ChosenRetention> = {
  category: 'retention',
  initial: { chosen: ofEachClass(() => null), updated_at: null },
  evolve: ({ chosen }: ChosenRetention, { type, data }: DomainEvent): ChosenRetention => {
    if (type !== 'RetentionChanged') throw new Error(`A retention has no event ${type}`);
    const { days, updated_at } = data as RetentionEvent['data'];
    return { chosen: { ...chosen, ...days }, updated_at };
  },
};

export interface ReplaceRetention {
  account_id: string;
  days: Readonly<Partial<ChosenDays>>;
  floors: Days;
  /** RFC 3339. */
  now: string;
}

/**
 * What is left out goes back to the house's term. Choosing what is chosen already changes nothing.
 * @throws Problem 400 `retention-below-floor`
 */
export function replaceRetention(command: ReplaceRetention, { chosen }: ChosenRetention): RetentionEvent[] {
  const { account_id, days, floors, now } = command;
  for (const of of retentionClasses) requireFloor(of, days[of] ?? null, floors[of]);
  const changed = retentionClasses.filter((of) => (days[of] ?? null) !== chosen[of]);
  if (changed.length === 0) return [];
  const choice = Object.fromEntries(changed.map((of) => [of, days[of] ?? null]));
  return [{ type: 'RetentionChanged', data: { account_id, days: choice, updated_at: now } }];
}

function requireFloor(of: RetentionClass, days: number | null, floor: number): void {
  if (days === null || days >= floor) return;
  throw new Problem(400, 'retention-below-floor', `${of} is kept ${floor} days at least; ${days} were asked for`);
}
