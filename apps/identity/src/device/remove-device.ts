import { removeDeviceRoute, type DeviceEvent } from '@annals/contracts';
import { withTransaction } from '@annals/postgres';
import { mount, written } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { endSessions } from '../session/end-every-session.js';
import { closeDevice, lockSignIns } from '../session/floors.js';
import { ownUser } from '../session/own-session.js';
import { openSessionsOn } from '../session/session-tokens.js';
import { deviceKey, devices, type Device } from './device.js';
import { unknownDevice } from './get-device.js';
import { forgetDevice, isKnownDevice } from './known-devices.js';

export interface RemoveDevice {
  user_id: string;
  device_id: string;
  /** Whether the person signed in on it. */
  known: boolean;
}

/** @throws Problem 404 `device-not-found` */
export function removeDevice(device: Device, { known, ...ids }: RemoveDevice): DeviceEvent[] {
  if (device.kind === 'removed' || !known) throw unknownDevice();
  return [{ type: 'DeviceRemoved', data: ids }];
}

export const removeOwnDevice = (identity: Identity) =>
  mount(removeDeviceRoute, async ({ params, ifMatch, ...asking }) => {
    const { commandId, commandHash, context, now } = asking;
    const user_id = ownUser(context);
    const { device_id } = params;
    const known = await isKnownDevice(identity.pool, user_id, device_id);
    const outcome = await identity.store.execute(devices, deviceKey(user_id, device_id), {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...(ifMatch === undefined ? {} : { expectedRevision: ifMatch }),
      context,
      now,
      decide: (state) => removeDevice(state, { user_id, device_id, known }),
    });
    await shutDevice(identity, asking, user_id, device_id);
    return written(outcome, () => undefined, 204);
  });

/** What follows the fact that a device was removed; doing it again changes nothing. */
export async function shutDevice(identity: Identity, asking: Asking, userId: string, deviceId: string): Promise<void> {
  const open = await withTransaction(identity.pool, async (tx) => {
    const [, , , found] = await Promise.all([
      lockSignIns(tx, userId, 'ending'),
      closeDevice(tx, userId, deviceId),
      forgetDevice(tx, userId, deviceId),
      openSessionsOn(tx, userId, deviceId),
    ]);
    return found;
  });
  await endSessions(identity, asking, userId, 'device-removed', open);
}
