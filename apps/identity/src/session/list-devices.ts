import { listDevicesRoute, pageMeta } from '@annals/contracts';
import { projectionSchema } from '@annals/postgres';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { personQuery } from '../views/person-table.js';
import { sessionList } from '../views/sessions/sessions.js';
import { ownUser } from './own-session.js';

interface Row {
  device_id: string;
  name: string | null;
  user_agent: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
  active_sessions: string;
  current: boolean;
  total: string;
}

const devices = `
  select s.device_id,
    (array_agg(s.device_name order by s.started_at desc) filter (where s.device_name is not null))[1] as name,
    (array_agg(s.user_agent order by s.started_at desc))[1] as user_agent,
    min(s.started_at) as first_seen_at,
    max(greatest(s.started_at, t.last_activity_at)) as last_seen_at,
    count(*) filter (where s.ended_at is null and t.ended_at is null and s.expires_at > $2
      and t.last_activity_at > $2::timestamptz - make_interval(secs => $3)) as active_sessions,
    bool_or(s.session_id = $4) as current
  from ${projectionSchema(sessionList)}.sessions s left join session_tokens t using (session_id)
  where s.user_id = $1 group by s.device_id`;

/** Devices the caller signed in on, by the sign-ins that are known. */
export const listDevices = ({ pool, settings }: Identity) =>
  mount(listDevicesRoute, async ({ context, query, now }) => {
    const { page, limit, sort_by, sort_order } = query;
    const userId = ownUser(context);
    const { rows } = await personQuery<Row>(
      pool,
      userId,
      // The right join keeps the total on a page beyond the last.
      `with devices as (${devices}), page as (
         select * from devices order by ${sort_by} ${sort_order}, device_id ${sort_order} limit $5 offset $6
       )
       select page.*, total from page right join (select count(*) as total from devices) t on true`,
      [userId, now, settings.sessionTimeout, context.session_id, limit, (page - 1) * limit],
    );
    const shown = rows.filter((row) => row.device_id !== null);
    return {
      status: 200,
      body: { data: shown.map(deviceOf), meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) },
    };
  });

const deviceOf = (row: Row) => ({
  id: row.device_id,
  name: row.name,
  user_agent: row.user_agent,
  first_seen_at: row.first_seen_at.toISOString(),
  last_seen_at: row.last_seen_at.toISOString(),
  active_sessions: Number(row.active_sessions),
  current: row.current ?? false,
});
