import { projectionSchema } from '@annals/postgres';
import { accountZones } from '../local-time/account-zones.js';
import { type Part } from '../part.js';
import { getEngagement } from './get-engagement.js';
import { presenceLog, presenceProjection } from './presence.js';

/** Who is there and comes back, of pseudonyms alone. */
export const engagementPart: Part = {
  projections: ({ ANALYTICS_SECRET }) => [presenceProjection(ANALYTICS_SECRET), accountZones],
  kept: [
    {
      class: 'analytics',
      table: `${projectionSchema(presenceLog)}.presence`,
      at: 'day',
      whose: { column: 'member', by: 'pseudonym' },
    },
  ],
  open: ({ pool, config }) => ({ routes: [getEngagement(pool, config.ANALYTICS_SECRET)] }),
};
