import { longestRetentionDays } from '@annals/contracts';
import { z } from 'zod';

const term = (floor: number, house: number, meaning: string) =>
  z.coerce.number().int().min(floor).max(longestRetentionDays).default(house).describe(meaning);

/** Fewest days an account may choose. Below that a person could not look back at yesterday, nor anybody at an attack. */
export const fixedFloors = { activity: 1, analytics: 1, security: 30 } as const;

/** Settings of the terms that hold where an account chose none. */
export const termConfig = {
  USER_ACTIVITY_RETENTION_DAYS: term(
    fixedFloors.activity,
    365,
    'Days that the activity log and the facts of clients are kept, unless an account chooses',
  ),
  ANALYTICS_RETENTION_DAYS: term(
    fixedFloors.analytics,
    365,
    'Days that usage counts and the keys of facts are kept, unless an account chooses',
  ),
  AUDIT_RETENTION_DAYS: term(1, 730, 'Days that audit entries are kept, unless an account chooses; the floor at least'),
  AUDIT_RETENTION_FLOOR_DAYS: term(1, 400, 'Fewest days that an account may choose for its audit log'),
  SECURITY_RETENTION_DAYS: term(
    fixedFloors.security,
    365,
    'Days that full addresses can be read, unless an account chooses',
  ),
};
