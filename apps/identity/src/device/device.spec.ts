import { deciderSpec } from '@annals/testing';
import { changeDevice, type ChangeDevice } from './change-device.js';
import { devices, type Device } from './device.js';
import { removeDevice, type RemoveDevice } from './remove-device.js';

const ids = {
  user_id: '018f0000-0000-7000-8000-0000000000a1',
  device_id: '018f0000-0000-7000-8000-0000000000d1',
};
const named = { type: 'DeviceNamed', data: { ...ids, name: 'laptop' } };
const trusted = { type: 'DeviceTrusted', data: ids };
const distrusted = { type: 'DeviceDistrusted', data: ids };
const removed = { type: 'DeviceRemoved', data: ids };

describe('changing a device', () => {
  const { given } = deciderSpec({
    ...devices,
    decide: (command: ChangeDevice, device: Device) => changeDevice(device, command),
  });
  const change = { ...ids, known: true };
  it('gives it a name and trust at once', () =>
    given([])
      .when({ ...change, name: 'laptop', trusted: true })
      .then([named, trusted]));
  it('to what it is already is nothing', () =>
    given([named, trusted])
      .when({ ...change, name: 'laptop', trusted: true })
      .thenNothing());
  it('not to trust what was not trusted is nothing', () =>
    given([])
      .when({ ...change, trusted: false })
      .thenNothing());
  it('takes trust back', () =>
    given([trusted])
      .when({ ...change, trusted: false })
      .then([distrusted]));
  it('finds no device that nobody signed in on', () =>
    given([])
      .when({ ...change, known: false, trusted: true })
      .thenRefuses('device-not-found'));
  it('finds no device that was removed', () =>
    given([named, removed])
      .when({ ...change, trusted: true })
      .thenRefuses('device-not-found'));
});

describe('removing a device', () => {
  const { given } = deciderSpec({
    ...devices,
    decide: (command: RemoveDevice, device: Device) => removeDevice(device, command),
  });
  it('is a fact', () =>
    given([trusted])
      .when({ ...ids, known: true })
      .then([removed]));
  it('is one also when nothing was said about it before', () =>
    given([])
      .when({ ...ids, known: true })
      .then([removed]));
  it('twice finds none', () =>
    given([removed])
      .when({ ...ids, known: true })
      .thenRefuses('device-not-found'));
  it('finds none that nobody signed in on', () =>
    given([])
      .when({ ...ids, known: false })
      .thenRefuses('device-not-found'));
});
