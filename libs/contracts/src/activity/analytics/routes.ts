import { route } from '../../route.js';
import { Usage, UsageQuery } from './schemas.js';

export const getUsageRoute = route('getUsage', {
  owner: 'activity',
  method: 'GET',
  path: '/users/activity/analytics',
  tag: 'Activity',
  summary:
    'How much you did and when, or everybody in the account with VIEW_ANALYTICS; fewer than five people are not told of',
  access: { kind: 'user' },
  query: UsageQuery,
  responses: { 200: Usage },
});

export const analyticsRoutes = [getUsageRoute] as const;
