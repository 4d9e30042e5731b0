import type { Sql } from '@annals/postgres';
import type { Place } from './place.js';

/** A country somebody signed in from, with where in it and when that was last. */
export type PastPlace = Omit<Place, 'region'> & { last_seen_at: Date };

/** How long a country is remembered, in days: as long as the facts of security it explains. */
const keptDays = 365;

/** Remembers where a person signed in; a sign-in from nowhere known leaves nothing. */
export async function rememberPlace(sql: Sql, userId: string, place: Place | null, now: string): Promise<void> {
  if (!place) return;
  const { country, latitude, longitude, radius_km } = place;
  await sql.query(
    `insert into sign_in_places (user_id, country, latitude, longitude, radius_km, last_seen_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (user_id, country) do update set latitude = excluded.latitude, longitude = excluded.longitude,
       radius_km = excluded.radius_km, last_seen_at = excluded.last_seen_at
     where sign_in_places.last_seen_at <= excluded.last_seen_at`,
    [userId, country, latitude, longitude, radius_km, now],
  );
}

/** Where a person signed in within the last year. */
export async function pastPlacesOf(sql: Sql, userId: string): Promise<PastPlace[]> {
  const { rows } = await sql.query<PastPlace>(
    'select country, latitude, longitude, radius_km, last_seen_at from sign_in_places where user_id = $1',
    [userId],
  );
  return rows;
}

/** Forgets where a person signed in, because the person is gone. */
export async function forgetPlacesOf(sql: Sql, userId: string): Promise<void> {
  await sql.query('delete from sign_in_places where user_id = $1', [userId]);
}

/** Forgets places that nobody was seen at for too long. */
export async function forgetOldPlaces(sql: Sql): Promise<void> {
  await sql.query('delete from sign_in_places where last_seen_at < now() - make_interval(days => $1)', [keptDays]);
}
