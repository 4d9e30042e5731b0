/** All refresh tokens of one session, in one row. */
export interface RefreshFamily {
  session_id: string;
  user_id: string;
  /** Generation of the one token that is good now. */
  generation: number;
  token_hash: Buffer;
  salt: Buffer;
  /** When the present generation was given out first. */
  rotated_at: Date;
  ended_at: Date | null;
}

/** How long the parent of the present token still gets that same token: the answer of the rotation may have been lost. */
export const retryGraceMs = 10_000;

/**
 * - `rotate`: the present token; its successor becomes the present one.
 * - `repeat`: the immediate parent within the grace; the present token is given once more.
 * - `reuse`: an older token of ours, so somebody else has it; the family ends.
 */
export type Rotation = 'rotate' | 'repeat' | 'reuse' | 'refuse';

/**
 * What a genuine token of this family gets (RFC 9700 §4.14.2).
 * @param generation of the token presented
 */
export function decideRotation(family: RefreshFamily, generation: number, now: Date): Rotation {
  if (family.ended_at || generation > family.generation) return 'refuse';
  if (generation === family.generation) return 'rotate';
  const age = now.getTime() - family.rotated_at.getTime();
  return generation === family.generation - 1 && age <= retryGraceMs ? 'repeat' : 'reuse';
}
