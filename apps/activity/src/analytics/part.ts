import { type Part } from '../part.js';
import { getUsage } from './get-usage.js';
import { usage } from './projection.js';

/** How much people do, and how long requests take. */
export const analyticsPart: Part = {
  projections: ({ ANALYTICS_SECRET }) => [usage(ANALYTICS_SECRET)],
  open: ({ config, pool }) => ({ routes: [getUsage(pool, config.ANALYTICS_SECRET)] }),
};
