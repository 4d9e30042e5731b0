import { getDeviceRoute, Problem, type CurrentUserContext, type identitySchemas } from '@annals/contracts';
import type { Loaded } from '@annals/event-store';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { lifetimesOf } from '../session/lifetimes.js';
import { ownUser } from '../session/own-session.js';
import { personQuery } from '../views/person-table.js';
import { deviceRows, shownDevice, type DeviceRow } from './device-rows.js';
import { deviceKey, devices, type Device } from './device.js';

export const unknownDevice = () => new Problem(404, 'device-not-found', 'There is no such device');

export const getDevice = (identity: Identity) =>
  mount(getDeviceRoute, async ({ context, params, now }) => {
    const { device_id } = params;
    const loaded = await identity.store.load(devices, deviceKey(ownUser(context), device_id));
    const body = await presentDevice(identity, context, device_id, loaded.state, now);
    return { status: 200, body, revision: loaded.revision };
  });

/**
 * A device of the caller, with the name and trust its own stream says: those are never behind.
 * @throws Problem 404 `device-not-found`, also for somebody else's
 */
export async function presentDevice(
  { pool, settings }: Identity,
  context: CurrentUserContext,
  deviceId: string,
  said: Loaded<Device>['state'],
  now: string,
): Promise<identitySchemas.DeviceBody> {
  const userId = ownUser(context);
  const { idle } = lifetimesOf(settings, context.is_super_admin);
  const { rows } = await personQuery<DeviceRow>(
    pool,
    userId,
    `select * from (${deviceRows}) devices where device_id = $5`,
    [userId, now, idle, context.session_id, deviceId],
  );
  const row = rows[0];
  if (!row || said.kind === 'removed') throw unknownDevice();
  const { name, trusted } = said.kind === 'kept' ? said : { name: null, trusted: false };
  return shownDevice({ ...row, name, trusted });
}
