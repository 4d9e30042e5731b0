import type { ElevationStarted, EventOf } from '@annals/contracts';
import type { Sql } from '@annals/postgres';

/** Where an elevation is, and whose. */
export interface ElevationRow {
  elevation_id: string;
  session_id: string;
  user_id: string;
  started_at: Date;
  expires_at: Date;
}

const columns = 'elevation_id, session_id, user_id, started_at, expires_at';

/** Notes where an elevation is; doing it again changes nothing. */
export async function noteStart(sql: Sql, data: EventOf<typeof ElevationStarted>['data'], at: string): Promise<void> {
  const { elevation_id, session_id, user_id, expires_at } = data;
  await sql.query(`insert into elevations (${columns}) values ($1, $2, $3, $4, $5) on conflict do nothing`, [
    ...[elevation_id, session_id, user_id, at, expires_at],
  ]);
}

export async function noteEnd(sql: Sql, elevationId: string, at: string): Promise<void> {
  await sql.query('update elevations set ended_at = coalesce(ended_at, $2) where elevation_id = $1', [elevationId, at]);
}

/** A person's own elevation, ended or not; null for an unknown one and for somebody else's. */
export async function elevationOf(sql: Sql, userId: string, elevationId: string): Promise<ElevationRow | null> {
  const { rows } = await sql.query<ElevationRow>(
    `select ${columns} from elevations where elevation_id = $1 and user_id = $2`,
    [elevationId, userId],
  );
  return rows[0] ?? null;
}

/** A person's elevations that have not ended, newest first. */
export async function openElevationsOf(sql: Sql, userId: string, now: string): Promise<ElevationRow[]> {
  const { rows } = await sql.query<ElevationRow>(
    `select ${columns} from elevations where user_id = $1 and ended_at is null and expires_at > $2
     order by started_at desc, elevation_id`,
    [userId, now],
  );
  return rows;
}

/** Elevations whose time is over and whose end is not recorded yet, longest overdue first. */
export async function dueElevations(sql: Sql, now: string): Promise<ElevationRow[]> {
  const { rows } = await sql.query<ElevationRow>(
    `select ${columns} from elevations where ended_at is null and expires_at <= $1 order by expires_at limit 100`,
    [now],
  );
  return rows;
}

/** Forgets what is long over; its facts stay. */
export async function forgetOldElevations(sql: Sql): Promise<void> {
  await sql.query("delete from elevations where ended_at < now() - interval '1 day'", []);
}
