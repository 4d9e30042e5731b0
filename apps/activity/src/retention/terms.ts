import { longestRetentionDays, retentionClasses, type RetentionClass, type Retention } from '@annals/contracts';
import { type ActivityConfig } from '../config.js';
import { fixedFloors } from './term-config.js';

/** Days by class. */
export type Days = Readonly<Record<RetentionClass, number>>;

/** The bounds of the house, and what holds where an account chose nothing. */
export interface Terms {
  house: Days;
  floors: Days;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Terms as an installation has them set. The house itself keeps audit entries no shorter than its accounts may. */
export function termsOf(config: ActivityConfig): Terms {
  const floor = config.AUDIT_RETENTION_FLOOR_DAYS;
  return {
    house: {
      activity: config.USER_ACTIVITY_RETENTION_DAYS,
      analytics: config.ANALYTICS_RETENTION_DAYS,
      audit: Math.max(config.AUDIT_RETENTION_DAYS, floor),
      security: config.SECURITY_RETENTION_DAYS,
    },
    floors: { ...fixedFloors, audit: floor },
  };
}

/** Something of each class. */
export function ofEachClass<T>(make: (of: RetentionClass) => T): Record<RetentionClass, T> {
  return Object.fromEntries(retentionClasses.map((of) => [of, make(of)])) as Record<RetentionClass, T>;
}

/** What holds: an account's own choice, else the house's term. A floor that was raised since counts for old choices too. */
export function inForce({ house, floors }: Terms, chosen: Readonly<Record<RetentionClass, number | null>>): Days {
  return ofEachClass((of) => Math.max(chosen[of] ?? house[of], floors[of]));
}

export const boundsOf = ({ house, floors }: Terms): Retention['bounds'] =>
  ofEachClass((of) => ({ floor: floors[of], ceiling: longestRetentionDays, house: house[of] }));

/** Everything from before this moment is due: the beginning of the day, in UTC, that lies so many days back. */
export function dueUntil(now: Date, days: number): Date {
  return new Date(Math.floor((now.getTime() - days * dayMs) / dayMs) * dayMs);
}
