import type { Shot } from './load.js';

/** Reading and changing one thing of the person whose turn the n-th request is. */
export interface Work {
  readonly read: (n: number) => Shot;
  readonly update: (n: number) => Shot;
}

/** A system under measurement. All answer the same two questions: read my profile, change my profile. */
export interface Contender extends Work {
  name: string;
  baseUrl: string;
  /** Processes whose work counts as its cost, with everything below them. */
  processes: readonly number[];
  /** The same two questions about preferences; what has none of its own answers as for the profile. */
  readonly preferences: Work;
  /** Comes back when every effect of what was sent is visible; throughput is counted until then. */
  readonly settle: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Cities to move to, so that every update changes something. */
export const locations = Array.from({ length: 97 }, (_, index) => `City ${index}`);

/** Colours to choose, so that every update changes something. */
export const colors = Array.from({ length: 97 }, (_, index) => `#0000${String(index).padStart(2, '0')}`);
