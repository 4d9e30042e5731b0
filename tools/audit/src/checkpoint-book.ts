import { type Checkpoint } from '@annals/contracts';
import {
  headLeaf,
  includes,
  openNote,
  parseRound,
  roundHash,
  type Hash,
  type NoteVerifier,
  type Round,
} from '@annals/ledger';
import { type Fault } from './faults.js';

/** A round as it is remembered: enough to chain and compare, and no more. */
interface KnownRound {
  hash: Hash;
  previous: Hash;
  time: number;
  /** Size of the log in it; undefined when it is not known. */
  size?: number;
}

/** Checkpoints of one log, each verified when it is noted down. */
export interface CheckpointBook {
  /** Verifies a checkpoint and remembers its head. @returns whether it is one of this log that was signed */
  note(checkpoint: Checkpoint): boolean;
  /** Verifies a round without regard to any log. */
  noteRound(claimed: Pick<Checkpoint, 'round' | 'signed_at' | 'note'>): Round | null;
  /** Signed root of the log at this size. */
  rootAt(size: number): Hash | undefined;
  /** Largest signed size; 0 when nothing is. */
  newestSize(): number;
  rounds(): number;
  /** What is wrong with what was noted; asked once, at the end. */
  faults(): Fault[];
}

/** Most faults that are kept: one is enough to refuse, and a broken file may have millions. */
const mostFaults = 20;

/** @param log whose checkpoints these must be */
export function checkpointBook(log: string, verifiers: readonly NoteVerifier[]): CheckpointBook {
  const found: Fault[] = [];
  const rounds = new Map<number, KnownRound>();
  const roots = new Map<number, Hash>();
  const fault = (kind: Fault['kind'], why: string) => {
    if (found.length < mostFaults) found.push({ kind, why });
  };

  function noteRound({ round, signed_at, note }: Pick<Checkpoint, 'round' | 'signed_at' | 'note'>): Round | null {
    const text = openNote(note, verifiers);
    if (text === null) {
      fault('forged', `the note of round ${round} is signed by none of the keys`);
      return null;
    }
    const signed = parseRound(text);
    if (!signed || !verifiers.some(({ name }) => name === signed.origin)) {
      fault('malformed', `what was signed as round ${round} is no round of this origin`);
      return null;
    }
    if (signed.round !== round || signed.time !== signed_at) {
      fault(
        'misdated',
        `what claims to be round ${round} of ${signed_at} was signed as round ${signed.round} of ${signed.time}`,
      );
    }
    const hash = roundHash(text);
    const known = rounds.get(signed.round);
    if (known && !known.hash.equals(hash)) fault('split', `two different notes were signed for round ${signed.round}`);
    if (!known) rounds.set(signed.round, { hash, previous: signed.previous, time: Date.parse(signed.time) });
    return signed;
  }

  function note({ head, place, path, ...claimed }: Checkpoint): boolean {
    const signed = noteRound(claimed);
    if (!signed) return false;
    const root = Buffer.from(head.root, 'hex');
    const leaf = headLeaf({ ...head, root });
    const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
    if (!includes({ leaf, index: place, size: signed.logs, root: signed.root, path: hashes })) {
      fault('headless', `round ${signed.round} does not have ${head.size} entries with that root`);
      return false;
    }
    if (head.log !== log) {
      fault('foreign', `the checkpoint of round ${signed.round} is of the log ${head.log}`);
      return false;
    }
    const other = roots.get(head.size);
    if (other && !other.equals(root)) fault('split', `two different roots were signed for ${head.size} entries`);
    if (!other) roots.set(head.size, root);
    rounds.get(signed.round)!.size ??= head.size;
    return true;
  }

  function chainFaults(): void {
    let before: [number, KnownRound] | undefined;
    let size = 0;
    for (const [number, round] of [...rounds].sort(([a], [b]) => a - b)) {
      if (before?.[0] === number - 1 && !round.previous.equals(before[1].hash)) {
        fault('unchained', `round ${number} does not name round ${number - 1} as the one before`);
      }
      if (before && round.time < before[1].time) fault('unchained', `round ${number} is older than round ${before[0]}`);
      if (round.size !== undefined) {
        if (round.size < size) fault('unchained', `in round ${number} the log is shorter than in an earlier one`);
        size = round.size;
      }
      before = [number, round];
    }
  }

  return {
    note,
    noteRound,
    rootAt: (size) => roots.get(size),
    newestSize: () => largest(roots),
    rounds: () => rounds.size,
    faults() {
      chainFaults();
      return found;
    },
  };
}

function largest(roots: ReadonlyMap<number, Hash>): number {
  let size = 0;
  for (const known of roots.keys()) size = Math.max(size, known);
  return size;
}
