import { entryHash, grow, type Frontier, type Hash } from '@annals/ledger';
import { type AuditFacts, type AuditRow } from './audit-row.js';
import { canonicalEntry } from './canonical-entry.js';

/** Where the log of one account stands: the frontier of its tree, and the hash that the next entry names. */
export interface LogState {
  frontier: Frontier;
  last: Hash;
}

/** Root of a complete subtree that proofs read instead of all its entries. */
export interface Tile {
  level: number;
  idx: number;
  hash: Hash;
}

export const emptyLog: LogState = { frontier: { size: 0, peaks: [] }, last: Buffer.alloc(32) };

/** Levels of kept subtrees are multiples of this: a missing one is computed from at most 256 hashes below it. */
const levelsApart = 8;

/**
 * The next entry of a log, and the log after it.
 * @param facts become the entry
 * @param completed told each tile that the entry completes
 */
export function append(
  before: LogState,
  facts: AuditFacts,
  completed: (tile: Tile) => void,
): { row: AuditRow; state: LogState } {
  // Added to and not copied: a log built anew makes a million of them.
  const place = Object.assign(facts, { seq: String(before.frontier.size), prev_hash: before.last });
  const hash = entryHash(canonicalEntry(place));
  return { row: Object.assign(place, { hash }), state: appendHash(before, hash, completed) };
}

/** The log after an entry of which only the hash is known. */
export function appendHash({ frontier }: LogState, hash: Hash, completed: (tile: Tile) => void): LogState {
  const next = grow(frontier, hash, ({ level, index }, root) => {
    if (level > 0 && level % levelsApart === 0) completed({ level, idx: index, hash: root });
  });
  return { frontier: next, last: hash };
}
