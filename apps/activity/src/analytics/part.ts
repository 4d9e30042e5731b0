import { type Part } from '../part.js';
import { getUsage } from './get-usage.js';
import { usage } from './projection.js';
import { usageSchema } from './tables.js';
import { requestTimingsOfGateways } from './timings/keep-timings.js';
import { requestTimingTables } from './timings/tables.js';

/** How much people do, and how long requests take. */
export const analyticsPart: Part = {
  migrations: [requestTimingTables],
  projections: ({ ANALYTICS_SECRET }) => [usage(ANALYTICS_SECRET)],
  kept: [
    {
      class: 'analytics',
      table: `${usageSchema}.usage_cells`,
      at: 'quarter',
      whose: { column: 'people', by: 'pseudonyms' },
    },
    {
      class: 'analytics',
      table: `${usageSchema}.usage_people`,
      at: 'quarter',
      whose: { column: 'member', by: 'pseudonym' },
    },
    { class: 'analytics', table: 'request_timings', at: 'quarter' },
    { class: 'analytics', table: 'route_people', at: 'day' },
  ],
  open: ({ config, pool }) => ({
    routes: [getUsage(pool, config.ANALYTICS_SECRET), requestTimingsOfGateways(pool)],
  }),
};
