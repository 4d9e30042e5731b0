import { type Checkpoint, type SignedHead } from '@annals/contracts';
import {
  formatRound,
  headLeaf,
  noRound,
  roundHash,
  signNote,
  wholeTree,
  type Hash,
  type NoteSigner,
} from '@annals/ledger';
import { type Standing } from './standings.js';

/** A signed round, with the heads of the logs that grew since the one before. */
export interface SignedRound {
  round: number;
  signedAt: Date;
  note: string;
  /** What the next round names as `previous`. */
  hash: Hash;
  /** Of all logs together. */
  entries: number;
  grown: readonly GrownHead[];
}

export interface GrownHead {
  log: string;
  size: number;
  root: Hash;
  place: number;
  path: readonly Hash[];
}

export type LastRound = Pick<SignedRound, 'round' | 'signedAt' | 'hash' | 'entries'>;

/** Signs where all logs stand, behind the round before. Time never goes back from round to round. */
export function makeRound(
  standings: readonly Standing[],
  last: LastRound | null,
  { signer, now }: { signer: NoteSigner; now: Date },
): SignedRound {
  const tree = wholeTree(standings.map(headLeaf));
  const signedAt = last && last.signedAt > now ? last.signedAt : now;
  const round = (last?.round ?? 0) + 1;
  const text = formatRound({
    ...{ origin: signer.name, logs: tree.size, root: tree.root, round },
    ...{ time: signedAt.toISOString(), previous: last?.hash ?? noRound },
  });
  const grown = standings.flatMap(({ log, size, root, signed }, place) =>
    signed?.size === size ? [] : [{ log, size, root, place, path: tree.path(place) }],
  );
  const entries = standings.reduce((sum, { size }) => sum + size, 0);
  return { round, signedAt, note: signNote(text, signer), hash: roundHash(text), entries, grown };
}

/** As clients and auditors get it. */
export function signedHead({ log, size, root, place, path }: GrownHead): SignedHead {
  return { head: { log, size, root: root.toString('hex') }, place, path: path.map((hash) => hash.toString('hex')) };
}

/**
 * What goes to the second place: a line with the round, then one for each log that grew. It holds ids and hashes only, and
 * each line can be verified with the first.
 */
export function documentOf({ round, signedAt, note, grown }: SignedRound): string {
  const first: Pick<Checkpoint, 'round' | 'signed_at' | 'note'> = { round, signed_at: signedAt.toISOString(), note };
  return [first, ...grown.map(signedHead)].map((line) => `${JSON.stringify(line)}\n`).join('');
}
