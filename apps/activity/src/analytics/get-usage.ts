import { requirePermission } from '@annals/auth';
import { getUsageRoute as route } from '@annals/contracts';
import { type Pool } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { churnOf } from '../churn/churn-of.js';
import { satisfactionOf } from '../feedback/satisfaction.js';
import { zoneOf } from '../local-time/account-zones.js';
import { personOf } from '../person.js';
import { memberOf } from './member.js';
import { daysOf } from './period.js';
import { readUsage } from './read-usage.js';
import { performanceOf } from './timings/performance-of.js';
import { usageAnswer } from './usage-answer.js';

/** GET /users/activity/analytics: how much one did; everybody in the account with VIEW_ANALYTICS. */
export const getUsage = (pool: Pool, secret: Uint8Array): MountedRoute =>
  mount(route, async ({ context, query, now }) => {
    const { account_id: accountId, user_id } = personOf(context);
    const { scope, bucket, category, device, source } = query;
    if (scope === 'account') requirePermission(context, 'VIEW_ANALYTICS');
    const member = scope === 'account' ? null : memberOf(secret, accountId, user_id);
    const zone = query.time_zone ?? (await zoneOf(pool, accountId));
    const { from, to, period, previous } = daysOf(query, zone, new Date(now));
    const filters = { category, device, source };
    const who = { accountId, member, zone };
    const [read, performance, satisfaction, churn] = await Promise.all([
      readUsage(pool, { ...who, bucket, period, previous, ...filters }),
      scope === 'account' ? performanceOf(pool, accountId, period) : null,
      satisfactionOf(pool, { ...who, from, to, bucket: bucket === 'hour' ? 'day' : bucket }),
      churnOf(pool, { ...who, now: new Date(now) }),
    ]);
    const asked = { scope, from, to, bucket, time_zone: zone };
    return { status: 200, body: { ...asked, ...usageAnswer(read, scope, bucket), performance, satisfaction, churn } };
  });
