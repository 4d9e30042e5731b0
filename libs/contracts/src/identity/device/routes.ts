import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const devices = { owner: 'identity', tag: 'Sessions', access: { kind: 'self' } } as const;
const params = z.object({ device_id: z.uuid() });

export const listDevicesRoute = route('listDevices', {
  method: 'GET',
  path: '/users/devices',
  ...devices,
  summary: 'Devices the caller signed in on',
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['last_seen_at', 'first_seen_at']).default('last_seen_at') }),
  responses: { 200: pageOf(schema.Device) },
});

export const getDeviceRoute = route('getDevice', {
  method: 'GET',
  path: '/users/devices/{device_id}',
  ...devices,
  summary: 'One device of the caller',
  params,
  responses: { 200: schema.Device },
});

export const changeDeviceRoute = route('changeDevice', {
  method: 'PATCH',
  path: '/users/devices/{device_id}',
  ...devices,
  summary:
    'Name a device, or trust it: sign-ins on a trusted device are not looked at for a new country or impossible travel, and cause no mail',
  params,
  body: schema.ChangeDeviceBody,
  responses: { 200: schema.Device },
  ifMatch: 'optional',
});

export const removeDeviceRoute = route('removeDevice', {
  method: 'DELETE',
  path: '/users/devices/{device_id}',
  ...devices,
  summary: 'Remove a device: its sessions end, and the next sign-in on it is one on a new device',
  params,
  responses: { 204: null },
  ifMatch: 'optional',
});

export const deviceRoutes = [
  listDevicesRoute,
  getDeviceRoute,
  changeDeviceRoute,
  removeDeviceRoute,
] as const satisfies readonly Route[];
