import { listSessionsRoute, pageMeta } from '@annals/contracts';
import { projectionSchema } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { personQuery } from '../views/person-table.js';
import { sessionList } from '../views/sessions/sessions.js';
import { lifetimesOf } from './lifetimes.js';
import { ownUser } from './own-session.js';

interface Row {
  session_id: string;
  device_id: string;
  device_name: string | null;
  ip_address: string | null;
  user_agent: string | null;
  auth_methods: string[];
  last_country: string | null;
  last_region: string | null;
  last_network: string | null;
  started_at: Date;
  last_activity_at: Date;
  expires_at: Date;
  total: string;
}

const columns = { started_at: 's.started_at', last_activity_at: 't.last_activity_at' } as const;

/** Sessions that can still be used. An end is known from the token row at once, before the read model has it. */
const openSessions = `
  from ${projectionSchema(sessionList)}.sessions s join session_tokens t using (session_id)
  where s.user_id = $1 and s.ended_at is null and t.ended_at is null
    and s.expires_at > $2 and s.started_at > $2::timestamptz - make_interval(secs => $4)
    and t.last_activity_at > $2::timestamptz - make_interval(secs => $3)`;

export const listSessions = ({ pool, settings }: Identity) =>
  mount(listSessionsRoute, async ({ context, query, now }) => {
    const { page, limit, sort_by, sort_order } = query;
    const userId = ownUser(context);
    const { idle, longest } = lifetimesOf(settings, context.is_super_admin);
    const scope = [userId, now, idle, longest];
    const { rows } = await personQuery<Row>(
      pool,
      userId,
      `select s.*, t.last_activity_at, t.last_country, t.last_region, t.last_network, count(*) over () as total ${openSessions}
       order by ${columns[sort_by]} ${sort_order}, s.session_id ${sort_order} limit $5 offset $6`,
      [...scope, limit, (page - 1) * limit],
    );
    const total = rows[0] ? Number(rows[0].total) : page > 1 ? await countOf(pool, userId, scope) : 0;
    return {
      status: 200,
      body: { data: rows.map((row) => shown(row, context.session_id)), meta: pageMeta(page, limit, total) },
    };
  });

/** A page beyond the last has no row to tell the total. */
async function countOf(pool: Identity['pool'], userId: string, scope: readonly unknown[]): Promise<number> {
  const { rows } = await personQuery<{ total: string }>(
    pool,
    userId,
    `select count(*) as total ${openSessions}`,
    scope,
  );
  return Number(rows[0]?.total ?? 0);
}

const shown = (row: Row, currentId: string | null) => ({
  id: row.session_id,
  device_id: row.device_id,
  device_name: row.device_name,
  ip_address: row.ip_address,
  user_agent: row.user_agent,
  auth_methods: row.auth_methods,
  last_place: row.last_country === null ? null : { country: row.last_country, region: row.last_region },
  last_network: row.last_network,
  started_at: row.started_at.toISOString(),
  last_activity_at: row.last_activity_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
  current: row.session_id === currentId,
});
