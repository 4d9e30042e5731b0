import type { Sql, Tx } from '@annals/postgres';

/** Stands for every device of a person. */
const everyDevice = '00000000-0000-0000-0000-000000000000';

/**
 * Makes starting sessions of a person and ending all of them wait for each other, until the transaction is over: a
 * sign-in that is under way is then either found by who ends, or finds the floor that was left for it.
 */
export async function lockSignIns(tx: Tx, userId: string, as: 'starting' | 'ending'): Promise<void> {
  const lock = as === 'starting' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await tx.query(`select ${lock}(hashtextextended('identity.sign-in ' || $1, 0))`, [userId]);
}

/** Sign-ins of a person that began before this moment come too late. */
export async function raiseFloor(tx: Tx, userId: string, endedBefore: string): Promise<void> {
  await insertFloor(tx, userId, everyDevice, endedBefore);
}

/** Nothing starts on this device again: it was removed, and its id is never given out a second time. */
export async function closeDevice(tx: Tx, userId: string, deviceId: string): Promise<void> {
  await insertFloor(tx, userId, deviceId, 'infinity');
}

async function insertFloor(tx: Tx, userId: string, deviceId: string, endedBefore: string): Promise<void> {
  await tx.query(
    `insert into session_floors (user_id, device_id, ended_before) values ($1, $2, $3)
     on conflict (user_id, device_id) do update set ended_before = greatest(session_floors.ended_before, excluded.ended_before)`,
    [userId, deviceId, endedBefore],
  );
}

/** SQL condition: no floor stands above a sign-in. The parameters are the person, the device and the time of the sign-in. */
export const aboveFloors = (user: string, device: string, at: string) => `not exists (
  select from session_floors where user_id = ${user} and device_id in (${device}, '${everyDevice}') and ended_before >= ${at})`;

/** Removes floors that no sign-in can still be under. */
export async function forgetFloors(sql: Sql): Promise<void> {
  await sql.query("delete from session_floors where ended_before < now() - interval '1 day'", []);
}
