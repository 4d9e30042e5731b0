import { accountZones } from '../local-time/account-zones.js';
import { type Part } from '../part.js';
import { getEngagement } from './get-engagement.js';
import { presenceProjection } from './presence.js';

/** Who is there and comes back, of pseudonyms alone. */
export const engagementPart: Part = {
  projections: ({ ANALYTICS_SECRET }) => [presenceProjection(ANALYTICS_SECRET), accountZones],
  open: ({ pool, config }) => ({ routes: [getEngagement(pool, config.ANALYTICS_SECRET)] }),
};
