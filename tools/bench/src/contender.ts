import type { Shot } from './load.js';

/** A system under measurement. All answer the same two questions: read my profile, change my profile. */
export interface Contender {
  name: string;
  baseUrl: string;
  /** Processes whose work counts as its cost, with everything below them. */
  processes: readonly number[];
  readonly read: (n: number) => Shot;
  readonly update: (n: number) => Shot;
  /** Comes back when every effect of what was sent is visible; throughput is counted until then. */
  readonly settle: () => Promise<void>;
  readonly end: () => Promise<void>;
}

/** Cities to move to, so that every update changes something. */
export const locations = Array.from({ length: 97 }, (_, index) => `City ${index}`);
