import { networkOf } from './network.js';
import type { Place } from './place.js';
import type { Places } from './places.js';

/** Where a request comes from, as coarse as it is kept. */
export interface Origin {
  network: string | null;
  place: Place | null;
}

export const originOf = (places: Places, address: string | null): Origin => ({
  network: networkOf(address),
  place: places.find(address),
});
