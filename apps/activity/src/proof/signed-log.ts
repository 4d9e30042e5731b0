import { Problem, type Checkpoint } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type Hash } from '@annals/ledger';
import { type Pool } from '@annals/postgres';
import { checkpointAt } from '../checkpoint/stored-checkpoints.js';
import { type WantedRounds } from '../checkpoint/wanted-rounds.js';

/** What the routes of proofs stand on. */
export interface ProofGround {
  pool: Pool;
  store: EventStore;
  rounds: WantedRounds;
  /** By which notes are verified, on one line. */
  verifier: string;
}

/** How long a request waits for a round it asked for, in milliseconds. */
const longestWait = 5_000;

/**
 * The newest checkpoint of a log, which covers this many entries at least; a round is signed for it when none does.
 * @throws Problem 409 `not-yet-signed` with Retry-After when that takes too long
 */
export async function checkpointCovering(
  { pool, rounds }: Pick<ProofGround, 'pool' | 'rounds'>,
  log: string,
  size: number,
  limitMs = longestWait,
): Promise<Checkpoint> {
  let newest: Checkpoint | undefined;
  const covered = async () => {
    newest = await checkpointAt(pool, log, null);
    return newest !== undefined && newest.head.size >= size;
  };
  if ((await rounds.until(covered, limitMs)) && newest) return newest;
  throw new Problem(409, 'not-yet-signed', 'These entries are in no signed checkpoint yet', {
    headers: { 'retry-after': '10' },
  });
}

export const hexOf = (hashes: readonly Hash[]): string[] => hashes.map((hash) => hash.toString('hex'));
