import type { Place } from './place.js';

type Spot = Pick<Place, 'latitude' | 'longitude' | 'radius_km'>;

const earthRadiusKm = 6371;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Kilometres that surely lie between two places: along the great circle, less what both may be off. */
export function kilometresBetween(one: Spot, other: Spot): number {
  const [a, b] = [radians(one.latitude), radians(other.latitude)];
  const haversine =
    Math.sin((b - a) / 2) ** 2 +
    Math.cos(a) * Math.cos(b) * Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  const along = 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(haversine)));
  return Math.max(0, along - one.radius_km - other.radius_km);
}
