import { randomUUID } from 'node:crypto';
import type { Sql } from '@annals/postgres';
import { failureCap, type FailureRow } from './attempts.js';

/** Failures older than this are forgotten. */
const forgetAfter = "interval '1 day'";

/**
 * What failures are counted under: the address, whether anybody has it or not. A device on which the person signed in
 * before has a count of its own, so strangers who guess cannot lock it out.
 */
export const failureKey = (emailHash: string, knownDevice: string | null): string =>
  knownDevice ? `${emailHash} ${knownDevice}` : emailHash;

export async function failuresOf(sql: Sql, key: string): Promise<FailureRow | null> {
  const { rows } = await sql.query<FailureRow>(
    'select failures, last_failure_at from sign_in_failures where key = $1',
    [key],
  );
  return rows[0] ?? null;
}

/**
 * Counts one failure; an attempt that was not even heard (`counts` false) does the same work and counts nothing.
 * @returns the row after it
 */
export async function countFailure(sql: Sql, key: string, now: string, counts: boolean): Promise<FailureCount> {
  const { rows } = await sql.query<FailureCount>(
    `insert into sign_in_failures as f (key, row_id, failures, last_failure_at) values ($1, $2, $4::int, $3)
     on conflict (key) do update set
       failures = f.failures + $4::int,
       last_failure_at = case when $4::int = 0 then f.last_failure_at else $3 end
     returning row_id, failures`,
    [key, randomUUID(), now, counts ? 1 : 0],
  );
  return rows[0]!;
}

export interface FailureCount {
  row_id: string;
  failures: number;
}

/** A right password ends the row. */
export async function clearFailures(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from sign_in_failures where key = $1', [key]);
}

/** A new password ends the rows of a person's address, those of their devices too, as far as they are older than it. */
export async function clearFailuresOf(
  sql: Sql,
  { user_id, email_hash }: { user_id: string; email_hash: string },
  before: string,
): Promise<void> {
  await sql.query(
    `delete from sign_in_failures where last_failure_at <= $3 and (key = $1 or key in
       (select $1 || ' ' || device_id::text from known_devices where user_id = $2))`,
    [email_hash, user_id, before],
  );
}

/**
 * Keeps the table small: addresses that nobody has are counted too. A row at the cap stays, or waiting would open it
 * again; it costs who fills the table with them a hundred requests each.
 */
export async function forgetOldFailures(sql: Sql): Promise<void> {
  await sql.query(
    `delete from sign_in_failures where last_failure_at < now() - ${forgetAfter} and failures < ${failureCap}`,
    [],
  );
}
