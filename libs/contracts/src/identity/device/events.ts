import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { personalDevice } from '../personal.js';

const ids = { user_id: z.uuid(), device_id: z.uuid() };
const Device = (action: 'UPDATE' | 'DELETE') => ({ entity: 'Device', action, keys: ['user_id', 'device_id'] as const });

export const DeviceNamed = event('DeviceNamed', {
  category: 'device',
  subject: 'user_id',
  audit: Device('UPDATE'),
  data: z.object({ ...ids, name: personalDevice() }),
});

/** Sign-ins on it are not looked at for anything unusual any more. */
export const DeviceTrusted = event('DeviceTrusted', {
  category: 'device',
  audit: Device('UPDATE'),
  data: z.object(ids),
});

export const DeviceDistrusted = event('DeviceDistrusted', {
  category: 'device',
  audit: Device('UPDATE'),
  data: z.object(ids),
});

/** Its sessions end, and whoever signs in on it does so on a new device. */
export const DeviceRemoved = event('DeviceRemoved', {
  category: 'device',
  audit: Device('DELETE'),
  data: z.object(ids),
});

export const deviceEvents = [DeviceNamed, DeviceTrusted, DeviceDistrusted, DeviceRemoved] as const;

export type DeviceEvent =
  | EventOf<typeof DeviceNamed>
  | EventOf<typeof DeviceTrusted>
  | EventOf<typeof DeviceDistrusted>
  | EventOf<typeof DeviceRemoved>;
