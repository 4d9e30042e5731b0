import type { EventOf, ImpossibleTravelSeen, NewCountrySeen, NewDeviceSeen } from '@annals/contracts';
import { hasDevices, isKnownDevice } from '../device/known-devices.js';
import { deviceKey, devices } from '../device/device.js';
import type { Identity } from '../identity.js';
import { kilometresBetween } from '../place/distance.js';
import type { Place } from '../place/place.js';
import { pastPlacesOf, type PastPlace } from '../place/sign-in-places.js';

export type Suspicion =
  EventOf<typeof NewDeviceSeen> | EventOf<typeof NewCountrySeen> | EventOf<typeof ImpossibleTravelSeen>;

/** A sign-in, as far as it can be suspicious. */
export interface SignInSeen {
  session_id: string;
  user_id: string;
  device_id: string;
  device_name: string | null;
  user_agent: string | null;
  ip_address: string | null;
  place: Place | null;
  /** RFC 3339. */
  now: string;
}

/** What is known from the sign-ins of a person before. */
export interface SignInHistory {
  device: 'new' | 'known' | 'trusted';
  /** Nobody has signed in as this person before. */
  first: boolean;
  places: readonly PastPlace[];
}

/** Faster than an airliner, over a distance that no wrong guess of a place explains. */
const fastestKmPerHour = 900;
const longestUnnoticedKm = 500;

/**
 * What is suspicious about a sign-in, given those before it. The first of all is not, nor one on a trusted device; an
 * address that is in no known place says nothing.
 */
export function suspicionsAbout(history: SignInHistory, seen: SignInSeen): Suspicion[] {
  if (history.first || history.device === 'trusted') return [];
  const { session_id, user_id, device_id, device_name, user_agent, ip_address, place } = seen;
  const suspicions: Suspicion[] = [];
  if (history.device === 'new') {
    const data = { session_id, user_id, device_id, device_name, user_agent, ip_address };
    suspicions.push({ type: 'NewDeviceSeen', data });
  }
  if (!place || history.places.length === 0) return suspicions;
  const { country } = place;
  if (!history.places.some((past) => past.country === country)) {
    suspicions.push({ type: 'NewCountrySeen', data: { session_id, user_id, country, ip_address } });
  }
  const travel = travelTo(place, history.places, Date.parse(seen.now));
  if (travel) suspicions.push({ type: 'ImpossibleTravelSeen', data: { session_id, user_id, travel, ip_address } });
  return suspicions;
}

/** The way from the place of the last sign-in, when nobody can have made it in the time between. */
function travelTo(place: Place, past: readonly PastPlace[], now: number) {
  const last = past.reduce((latest, one) => (one.last_seen_at > latest.last_seen_at ? one : latest));
  const kilometres = kilometresBetween(last, place);
  const hours = Math.max(0, now - last.last_seen_at.getTime()) / 3_600_000;
  if (kilometres <= longestUnnoticedKm || kilometres <= hours * fastestKmPerHour) return null;
  return {
    ...{ from_country: last.country, to_country: place.country },
    ...{ kilometres: Math.round(kilometres), minutes: Math.round(hours * 60) },
  };
}

/** Judges a sign-in by what the stores hold of those before it; no read model is asked, so nothing is behind. */
export async function noteSignIn({ store, pool }: Identity, seen: SignInSeen): Promise<Suspicion[]> {
  const { user_id, device_id } = seen;
  const [known, anyDevice, places, device] = await Promise.all([
    isKnownDevice(pool, user_id, device_id),
    hasDevices(pool, user_id),
    pastPlacesOf(pool, user_id),
    store.load(devices, deviceKey(user_id, device_id)),
  ]);
  const trusted = device.state.kind === 'kept' && device.state.trusted;
  return suspicionsAbout(
    { device: known ? (trusted ? 'trusted' : 'known') : 'new', first: !anyDevice && places.length === 0, places },
    seen,
  );
}
