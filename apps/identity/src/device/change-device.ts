import { changeDeviceRoute, type DeviceEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { deviceKey, devices, type Device } from './device.js';
import { presentDevice, unknownDevice } from './get-device.js';
import { isKnownDevice } from './known-devices.js';

export interface ChangeDevice {
  user_id: string;
  device_id: string;
  name?: string | undefined;
  trusted?: boolean | undefined;
  /** Whether the person signed in on it. */
  known: boolean;
}

/** @throws Problem 404 `device-not-found` */
export function changeDevice(device: Device, { name, trusted, known, ...ids }: ChangeDevice): DeviceEvent[] {
  if (device.kind === 'removed' || !known) throw unknownDevice();
  const before = device.kind === 'kept' ? device : { name: null, trusted: false };
  const events: DeviceEvent[] = [];
  if (name !== undefined && name !== before.name) events.push({ type: 'DeviceNamed', data: { ...ids, name } });
  if (trusted !== undefined && trusted !== before.trusted) {
    events.push({ type: trusted ? 'DeviceTrusted' : 'DeviceDistrusted', data: ids });
  }
  return events;
}

export const changeOwnDevice = (identity: Identity) =>
  mount(changeDeviceRoute, async ({ params, body, context, commandId, commandHash, ifMatch, now }) => {
    const user_id = ownUser(context);
    const { device_id } = params;
    const known = await isKnownDevice(identity.pool, user_id, device_id);
    const outcome = await identity.store.execute(devices, deviceKey(user_id, device_id), {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...(ifMatch === undefined ? {} : { expectedRevision: ifMatch }),
      context,
      now,
      decide: (state) => changeDevice(state, { user_id, device_id, ...body, known }),
    });
    const shown = await presentDevice(identity, context, device_id, outcome.state, now);
    return written(outcome, () => shown);
  });
