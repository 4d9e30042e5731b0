import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { shutDevice } from '../device/remove-device.js';
import type { Identity } from '../identity.js';

/** Ends again what a removed device could do, for the case that the command fell between the fact and its effect. */
export const enforceDeviceRemovals = (identity: Identity): Reactor => ({
  name: 'enforce-device-removals',
  categories: ['device'],
  on: {
    async DeviceRemoved(event) {
      const { user_id, device_id } = event.data as { user_id: string; device_id: string };
      await shutDevice(identity, actingOn(event, 'svc:identity', user_id), user_id, device_id);
    },
  },
});
