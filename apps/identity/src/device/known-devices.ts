import type { Sql } from '@annals/postgres';

/** Remembers that a person signed in on a device. */
export async function rememberDevice(sql: Sql, userId: string, deviceId: string, now: string): Promise<void> {
  await sql.query(
    'insert into known_devices (user_id, device_id, first_seen_at) values ($1, $2, $3) on conflict do nothing',
    [userId, deviceId, now],
  );
}

/** Forgets it: the device is a new one from here on. */
export async function forgetDevice(sql: Sql, userId: string, deviceId: string): Promise<void> {
  await sql.query('delete from known_devices where user_id = $1 and device_id = $2', [userId, deviceId]);
}

/** Whether the person signed in on a device and has not removed it. */
export async function isKnownDevice(sql: Sql, userId: string, deviceId: string): Promise<boolean> {
  const { rowCount } = await sql.query('select from known_devices where user_id = $1 and device_id = $2', [
    userId,
    deviceId,
  ]);
  return rowCount === 1;
}

/** Whether the person signed in on any device that is not removed. */
export async function hasDevices(sql: Sql, userId: string): Promise<boolean> {
  const { rowCount } = await sql.query('select from known_devices where user_id = $1 limit 1', [userId]);
  return rowCount === 1;
}
