import { isOtherNetwork } from '../place/network.js';

/** All refresh tokens of one session, in one row. */
export interface RefreshFamily {
  session_id: string;
  user_id: string;
  /** Generation of the one token that is good now. */
  generation: number;
  /** That token, sealed: whoever repeats a request gets it again. */
  sealed_token: string;
  /** When the present generation was given out first, and to which network. */
  rotated_at: Date;
  rotated_from: string | null;
  ended_at: Date | null;
}

/** How long the parent of the present token still gets that same token: the answer of the rotation may have been lost. */
export const retryGraceMs = 10_000;

/**
 * - `rotate`: the present token; its successor becomes the present one.
 * - `repeat`: the immediate parent within the grace; the present token is given once more.
 * - `replayed`: an older token of ours, so somebody else has it; the family ends.
 * - `replayed-elsewhere`: the immediate parent within the grace, but from another network than its exchange: the same.
 */
export type Rotation = 'rotate' | 'repeat' | 'replayed' | 'replayed-elsewhere' | 'refuse';

/**
 * What a genuine token of this family gets (RFC 9700 §4.14.2).
 * @param generation of the token presented
 * @param network it came from
 */
export function decideRotation(family: RefreshFamily, generation: number, network: string | null, now: Date): Rotation {
  if (family.ended_at || generation > family.generation) return 'refuse';
  if (generation === family.generation) return 'rotate';
  const age = now.getTime() - family.rotated_at.getTime();
  if (generation !== family.generation - 1 || age > retryGraceMs) return 'replayed';
  return isOtherNetwork(family.rotated_from, network) ? 'replayed-elsewhere' : 'repeat';
}
