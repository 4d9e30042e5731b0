import type { PastPlace } from '../place/sign-in-places.js';
import type { Place } from '../place/place.js';
import { suspicionsAbout, type SignInHistory, type SignInSeen } from './suspicious.js';

const now = '2026-03-01T12:00:00.000Z';
const minutesAgo = (minutes: number) => new Date(Date.parse(now) - minutes * 60_000);
const berlin: Place = { country: 'DE', region: null, latitude: 52.5, longitude: 13.4, radius_km: 10 };
const munich: Place = { ...berlin, latitude: 48.1, longitude: 11.6 };
const tokyo: Place = { country: 'JP', region: null, latitude: 35.7, longitude: 139.7, radius_km: 10 };
const ids = {
  session_id: '018f0000-0000-7000-8000-0000000000c1',
  user_id: '018f0000-0000-7000-8000-0000000000a1',
};
const seen = (place: Place | null): SignInSeen => ({
  ...ids,
  ...{ device_id: '018f0000-0000-7000-8000-0000000000d1', device_name: 'phone', user_agent: 'jest' },
  ...{ ip_address: '198.51.100.7', place, now },
});
const was = ({ region: _, ...place }: Place, minutes: number): PastPlace => ({
  ...place,
  last_seen_at: minutesAgo(minutes),
});
const history = (over: Partial<SignInHistory> = {}): SignInHistory => ({
  ...{ device: 'known', first: false, places: [was(berlin, 600)] },
  ...over,
});
const judged = (over: Partial<SignInHistory>, place: Place | null) =>
  suspicionsAbout(history(over), seen(place)).map(({ type }) => type);

describe('a sign-in', () => {
  it('is not suspicious when it is the first of all, wherever it comes from', () =>
    expect(judged({ first: true, device: 'new', places: [] }, tokyo)).toEqual([]));
  it('is as usual on a known device in a known country', () => expect(judged({}, berlin)).toEqual([]));
  it('on a device that was not known is told with what that is', () =>
    expect(suspicionsAbout(history({ device: 'new' }), seen(berlin))).toEqual([
      {
        type: 'NewDeviceSeen',
        data: {
          ...ids,
          ...{ device_id: '018f0000-0000-7000-8000-0000000000d1', device_name: 'phone', user_agent: 'jest' },
          ip_address: '198.51.100.7',
        },
      },
    ]));
  it('from a country where the person had not been is told', () =>
    expect(judged({ places: [was(berlin, 60 * 24)] }, tokyo)).toEqual(['NewCountrySeen']));
  it('from farther than anybody travels in the time is told with the way', () =>
    expect(suspicionsAbout(history({ places: [was(tokyo, 9_000), was(berlin, 60)] }), seen(tokyo))).toEqual([
      {
        type: 'ImpossibleTravelSeen',
        data: {
          ...ids,
          travel: { from_country: 'DE', to_country: 'JP', kilometres: 8897, minutes: 60 },
          ip_address: '198.51.100.7',
        },
      },
    ]));
  it('is measured from the last place, not from an older one', () =>
    expect(judged({ places: [was(berlin, 30), was(tokyo, 20)] }, tokyo)).toEqual([]));
  it('from just as far as an airliner comes is as usual', () =>
    expect(judged({ places: [was(berlin, 600), was(tokyo, 9_000)] }, tokyo)).toEqual([]));
  it('five hundred kilometres away at the same moment is as usual: places are guesses', () =>
    expect(judged({ places: [was(munich, 0)] }, berlin)).toEqual([]));
  it('that seems to come before the last one is compared as if at the same moment', () =>
    expect(judged({ places: [was(berlin, -5), was(tokyo, 9_000)] }, tokyo)).toEqual(['ImpossibleTravelSeen']));
  it('from nowhere known tells nothing about places', () =>
    expect(judged({ device: 'new' }, null)).toEqual(['NewDeviceSeen']));
  it('from the first place that is known is compared with nothing', () =>
    expect(judged({ places: [] }, tokyo)).toEqual([]));
  it('on a trusted device is never suspicious', () =>
    expect(judged({ device: 'trusted', places: [was(berlin, 1)] }, tokyo)).toEqual([]));
});
