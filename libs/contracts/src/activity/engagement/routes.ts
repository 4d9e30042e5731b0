import { route } from '../../route.js';
import { Engagement, EngagementQuery } from './schemas.js';

export const getEngagementRoute = route('getEngagement', {
  owner: 'activity',
  method: 'GET',
  path: '/users/engagement',
  tag: 'Activity',
  summary:
    'Who comes back: active people by day, week and month, and cohorts by first week; your own or, with VIEW_ANALYTICS, the account’s',
  access: { kind: 'user' },
  query: EngagementQuery,
  responses: { 200: Engagement },
});

export const engagementRoutes = [getEngagementRoute] as const;
