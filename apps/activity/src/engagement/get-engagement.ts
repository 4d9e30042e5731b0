import { requirePermission } from '@annals/auth';
import { getEngagementRoute as route } from '@annals/contracts';
import { type Pool } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { memberOf } from '../analytics/member.js';
import { zoneOf } from '../local-time/account-zones.js';
import { dayAt } from '../local-time/clock.js';
import { personOf } from '../person.js';
import { countCohorts, countDays, countWeeks } from './count.js';
import { ownDays } from './own.js';
import { periodOf } from './period.js';
import { readPresence } from './read-presence.js';
import { withheld } from './suppress.js';

/** GET /users/engagement: one's own presence; the whole account's with VIEW_ANALYTICS, of five people or more. */
export const getEngagement = (pool: Pool, secret: Uint8Array): MountedRoute =>
  mount(route, async ({ context, query, now }) => {
    const { account_id: accountId, user_id } = personOf(context);
    if (query.scope === 'account') requirePermission(context, 'VIEW_ANALYTICS');
    const own = query.scope === 'self';
    const zone = query.time_zone ?? (await zoneOf(pool, accountId));
    const period = periodOf(query, zone, new Date(now));
    const member = own ? memberOf(secret, accountId, user_id) : null;
    const presence = await readPresence(pool, { accountId, member }, period);
    const today = dayAt(zone, new Date(now));
    const counted = {
      days: countDays(presence, period),
      weeks: countWeeks(presence, period, today),
      cohorts: countCohorts(presence, period),
    };
    const { from, to } = period;
    return {
      status: 200,
      body: {
        ...{ scope: query.scope, from, to, time_zone: zone },
        ...(own ? counted : withheld(counted)),
        own: own ? ownDays(counted.days, today, presence.firstSeen) : null,
      },
    };
  });
