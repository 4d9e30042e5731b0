import type { DeviceEvent } from '@annals/contracts';
import { isErased, type Aggregate } from '@annals/event-store';

/** What a person says about a device. That they signed in on it is known from its row in `known_devices`. */
export type Device =
  { kind: 'unmentioned' } | { kind: 'kept'; name: string | null; trusted: boolean } | { kind: 'removed' };

/** Id of a device's stream. */
export const deviceKey = (userId: string, deviceId: string): string => `${userId}_${deviceId}`;

export function evolveDevice(device: Device, event: DeviceEvent): Device {
  if (device.kind === 'removed') return device;
  const kept = device.kind === 'kept' ? device : { kind: 'kept' as const, name: null, trusted: false };
  switch (event.type) {
    case 'DeviceNamed':
      return { ...kept, name: isErased(event.data.name) ? null : event.data.name };
    case 'DeviceTrusted':
      return { ...kept, trusted: true };
    case 'DeviceDistrusted':
      return { ...kept, trusted: false };
    case 'DeviceRemoved':
      return { kind: 'removed' };
  }
}

export const devices: Aggregate<Device> = {
  category: 'device',
  initial: { kind: 'unmentioned' },
  evolve: evolveDevice,
};
