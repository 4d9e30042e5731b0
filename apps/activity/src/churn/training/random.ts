/** Numbers by chance that are the same for the same seed. */
export interface Chance {
  /** Even, from 0 to just below 1. */
  even(): number;
  /** Even between two numbers. */
  between(low: number, high: number): number;
  /** Normal, with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number;
  /** True so often. */
  happens(probability: number): boolean;
}

/** Weyl sequence with the mixing of MurmurHash3: 32 bits are plenty for a few million draws. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const even = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  return {
    even,
    between: (low, high) => low + (high - low) * even(),
    normal: () => Math.sqrt(-2 * Math.log(1 - even())) * Math.cos(2 * Math.PI * even()),
    happens: (probability) => even() < probability,
  };
}
