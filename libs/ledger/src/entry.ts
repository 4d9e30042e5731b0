import { canonicalText } from './canonical-text.js';
import { leafHash, type Hash } from './hash.js';

/** What chains an entry to the one before it in the same log. */
export interface Link {
  /** Place in the log, from 0. */
  seq: number;
  /** Hash of the entry before it, in hex; of the first entry, 64 zeros. */
  prev_hash: string;
}

/** Stands before the first entry of every log. */
export const noEntry = '0'.repeat(64);

/**
 * Hash of an entry: at once its leaf in the tree and the link for the next one. It is over all members there are, in the
 * form of RFC 8785, so that anybody can compute it from the JSON however it was written.
 * @throws Error for what JSON cannot hold
 */
export function entryHash(entry: Readonly<Link & Record<string, unknown>>): Hash {
  return leafHash(canonicalText(entry));
}
