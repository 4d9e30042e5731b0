/** What is wrong, in one word. */
export type FaultKind =
  /** A line is no JSON, or not what belongs there. */
  | 'malformed'
  /** An entry is not what its hash was made of. */
  | 'modified'
  /** An entry is missing, stands twice, or stands elsewhere. */
  | 'misplaced'
  /** An entry does not name the one before it. */
  | 'unlinked'
  /** What belongs to another log. */
  | 'foreign'
  /** The chain holds, and yet is not the one that was signed. */
  | 'rewritten'
  /** Entries at the end, or at the beginning, are not there. */
  | 'truncated'
  /** Of an entry there is only the hash: retention removed it, or somebody holds it back. */
  | 'gone'
  /** A note that none of the keys signed. */
  | 'forged'
  /** A checkpoint claims another round or time than what was signed. */
  | 'misdated'
  /** A head that its round does not have. */
  | 'headless'
  /** Rounds that do not name each other, or a log that got shorter from one to the next. */
  | 'unchained'
  /** Two signed truths: two notes of one round, or two roots of one size. */
  | 'split';

export interface Fault {
  kind: FaultKind;
  why: string;
  /** Place of the first bad entry, where that can be told. */
  seq?: number;
  /** The first bad entry is one from `seq` to this one; more cannot be told. */
  through?: number;
}
