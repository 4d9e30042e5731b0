import type { identitySchemas } from '@annals/contracts';
import { projectionSchema } from '@annals/postgres';
import { sessionList } from '../views/sessions/sessions.js';

/** A device as the read model and the rows of sessions tell it. */
export interface DeviceRow {
  device_id: string;
  name: string | null;
  /** As the last sign-in that named it did. */
  signed_in_as: string | null;
  trusted: boolean;
  user_agent: string | null;
  first_seen_at: Date;
  last_seen_at: Date;
  active_sessions: string;
  current: boolean;
}

const schema = projectionSchema(sessionList);

/**
 * Devices of the person `$1`, at the time `$2`, where sessions end after `$3` idle seconds and `$4` asks. Which there are
 * is known from the sign-ins themselves, so a removed one is gone at once; what they are called may come a moment later.
 */
export const deviceRows = `
  select k.device_id, d.name, coalesce(d.trusted, false) as trusted, k.first_seen_at,
    (array_agg(s.device_name order by s.started_at desc) filter (where s.device_name is not null))[1] as signed_in_as,
    (array_agg(s.user_agent order by s.started_at desc))[1] as user_agent,
    coalesce(max(greatest(s.started_at, t.last_activity_at)), k.first_seen_at) as last_seen_at,
    count(*) filter (where s.ended_at is null and t.ended_at is null and s.expires_at > $2
      and t.last_activity_at > $2::timestamptz - make_interval(secs => $3)) as active_sessions,
    coalesce(bool_or(s.session_id = $4), false) as current
  from known_devices k
    left join ${schema}.sessions s on s.user_id = k.user_id and s.device_id = k.device_id
    left join session_tokens t using (session_id)
    left join ${schema}.devices d on d.user_id = k.user_id and d.device_id = k.device_id
  where k.user_id = $1 group by k.device_id, k.first_seen_at, d.name, d.trusted`;

export const shownDevice = (row: DeviceRow): identitySchemas.DeviceBody => ({
  id: row.device_id,
  name: row.name ?? row.signed_in_as,
  trusted: row.trusted,
  user_agent: row.user_agent,
  first_seen_at: row.first_seen_at.toISOString(),
  last_seen_at: row.last_seen_at.toISOString(),
  active_sessions: Number(row.active_sessions),
  current: row.current,
});
