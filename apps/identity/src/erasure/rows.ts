import type { Migration, Pool, Sql } from '@annals/postgres';
import { addressesOf } from './addresses.js';
import type { Removal } from './parts.js';

/** What no log holds of a person, by what the certificate calls it. */
const rowsOfPeople = {
  password_hashes: 'credentials where user_id = $1',
  staged_passwords: 'password_changes where user_id = $1',
  mailed_tokens: 'mailed_tokens where user_id = $1',
  totp_seeds: 'totp_seeds where user_id = $1',
  recovery_code_sets: 'recovery_code_sets where user_id = $1',
  passkeys: 'passkeys where user_id = $1',
  challenges: 'one_time_challenges where user_id = $1',
  known_devices: 'known_devices where user_id = $1',
  sign_in_places: 'sign_in_places where user_id = $1',
  elevations: 'elevations where user_id = $1',
  refresh_families: 'session_tokens where user_id = $1',
} as const;

export const kindsOfRows = Object.keys(rowsOfPeople) as (keyof typeof rowsOfPeople)[];

/** People who were erased lately: a request that was under way may still have left a row of theirs. */
export const erasedPeople: Migration = {
  id: '0090-erased-people',
  sql: `
    create table erased_people (
      user_id uuid primary key,
      noted_at timestamptz not null default now()
    );
    comment on table erased_people is 'whose late rows the sweeper removes, for two days';
  `,
};

/** Notes whom the sweeper has to look after, before the first row goes. */
export async function noteErased(sql: Sql, userId: string): Promise<void> {
  await sql.query('insert into erased_people (user_id) values ($1) on conflict do nothing', [userId]);
}

export const removeRows =
  (kind: keyof typeof rowsOfPeople): Removal =>
  ({ identity }, { holder }) =>
    deleteRows(identity.pool, kind, holder.user_id);

async function deleteRows(sql: Sql, kind: keyof typeof rowsOfPeople, userId: string): Promise<number> {
  return (await sql.query(`delete from ${rowsOfPeople[kind]}`, [userId])).rowCount ?? 0;
}

/**
 * Counts of wrong passwords stand under the keyed hash of an address, with a device or without. Those from after the erasure
 * are of whoever has the address now.
 */
export const removeFailures: Removal = async ({ identity }, { holder, erased_at }) => {
  const { claimed } = await addressesOf(identity.store, holder.user_id);
  const { rowCount } = await identity.pool.query(
    `delete from sign_in_failures where split_part(key, ' ', 1) = any($1) and last_failure_at <= $2`,
    [[...claimed], erased_at],
  );
  return rowCount ?? 0;
};

/** Removes what requests that were under way have left of people who are erased. Safe to repeat. */
export async function forgetLateRows(pool: Pool): Promise<void> {
  await pool.query("delete from erased_people where noted_at < now() - interval '2 days'", []);
  const { rows } = await pool.query<{ user_id: string }>('select user_id from erased_people', []);
  for (const { user_id } of rows) for (const kind of kindsOfRows) await deleteRows(pool, kind, user_id);
}
