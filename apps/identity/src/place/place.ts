/** Where an address is, roughly. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Its name or code, when the data tells. */
  region: string | null;
  /** Degrees. */
  latitude: number;
  longitude: number;
  /** It is probably no farther than this from there. */
  radius_km: number;
}
