import { emptyFrontier, entryHash, grow, joined, noEntry, rootOf, type Frontier, type Hash } from '@annals/ledger';
import { type Fault } from './faults.js';

/** A line of an export: what the hash is made of, the hash, and perhaps readable values that it does not cover. */
export interface EntryLine extends Record<string, unknown> {
  seq: number;
  prev_hash: string;
  account_id: string;
  hash: string;
}

/** What an entry has to be. */
export interface Expected {
  log: string;
  seq: number;
  /** Hash of the entry before; undefined at the beginning of a part of a log. */
  prev: string | undefined;
}

/** One thing that is looked at in every entry. */
export type EntryCheck = (entry: EntryLine, expected: Expected) => Fault | null;

const isInPlace = ({ seq }: Pick<EntryLine, 'seq'>, expected: Expected): Fault | null => {
  if (seq === expected.seq) return null;
  if (seq === expected.seq - 1) return { kind: 'misplaced', seq, why: `two entries claim place ${seq}` };
  return { kind: 'misplaced', seq: expected.seq, why: `entry ${seq} stands where entry ${expected.seq} belongs` };
};

const isOfLog: EntryCheck = ({ account_id, seq }, { log }) =>
  account_id === log ? null : { kind: 'foreign', seq, why: `entry ${seq} is of the log ${account_id}` };

const isItself: EntryCheck = (entry) => {
  const { hash, opened: _opened, ...canonical } = entry;
  if (hash.length === 64 && entryHash(canonical).toString('hex') === hash) return null;
  return { kind: 'modified', seq: entry.seq, why: `entry ${entry.seq} is not what its hash was made of` };
};

const isLinked: EntryCheck = ({ seq, prev_hash }, { prev }) =>
  prev === undefined || prev_hash === prev
    ? null
    : { kind: 'unlinked', seq, why: `entry ${seq} does not name the one before it` };

/** Everything that is looked at in an entry, in this order. */
export const entryChecks = { isInPlace, isOfLog, isItself, isLinked } as const;

/** Parsed lines, one after the other. */
export type Lines = AsyncIterator<unknown, unknown>;

export interface Walk {
  /** How far it came: the entries before this place are of one chain. */
  frontier: Frontier;
  /** Entries up to here, without this one, are what was signed. */
  proven: number;
  fault: Fault | null;
  /** How many entries there are of which there is only the hash, and the first of them. */
  gone: { first: number; count: number };
  /** The first line that is no entry. */
  trailer: unknown;
}

export interface WalkOptions {
  log: string;
  /** The tree before the first entry. */
  before?: Frontier;
  /** Signed root of the log at this size. */
  rootAt: (size: number) => Hash | undefined;
  checks?: readonly EntryCheck[];
}

/** Walks along the entries with constant memory, up to the first fault or the first line that is no entry. */
export async function walkEntries(lines: Lines, options: WalkOptions): Promise<Walk> {
  const { log, before = emptyFrontier, rootAt, checks = Object.values(entryChecks) } = options;
  let frontier = before;
  let prev = before.size === 0 ? noEntry : undefined;
  let previous = before;
  let proven = 0;
  let gone = { first: 0, count: 0 };
  const at = (fault: Fault | null, trailer: unknown): Walk => ({ frontier, proven, fault, trailer, gone });
  let line = await next(lines);
  for (;;) {
    const signed = rootAt(frontier.size);
    if (signed?.equals(rootOf(frontier))) proven = frontier.size;
    else if (signed) return at(rewritten(proven, frontier.size), line);
    const leaf = leafOf(line);
    if (!leaf) return at(null, line);
    const { entry } = leaf;
    const expected = { log, seq: frontier.size, prev };
    const fault = entry ? firstFault(checks, entry, expected) : isInPlace(leaf, expected);
    if (entry && fault?.kind === 'unlinked') {
      const after = await next(lines);
      return at(oneBeforeIsBad(entry, after, previous, rootAt) ? { ...fault, seq: expected.seq - 1 } : fault, after);
    }
    if (fault) return at(fault, line);
    if (!entry) gone = { first: gone.count === 0 ? leaf.seq : gone.first, count: gone.count + 1 };
    previous = frontier;
    frontier = grow(frontier, Buffer.from(leaf.hash, 'hex'));
    prev = leaf.hash;
    line = await next(lines);
  }
}

function firstFault(checks: readonly EntryCheck[], line: EntryLine, expected: Expected): Fault | null {
  for (const check of checks) {
    const fault = check(line, expected);
    if (fault) return fault;
  }
  return null;
}

/**
 * Of two entries whose link is broken, whether it is the first one that was changed: then the next entry still names the
 * second one; where there is no next one, the signed root says so, because the second one names the first as it was.
 */
function oneBeforeIsBad(
  { prev_hash, hash }: EntryLine,
  after: unknown,
  beforeBoth: Frontier,
  rootAt: WalkOptions['rootAt'],
): boolean {
  if (isEntry(after)) return after.prev_hash === hash;
  const meant = [prev_hash, hash].reduce((frontier, hex) => grow(frontier, Buffer.from(hex, 'hex')), beforeBoth);
  const checkpoint = (after as { checkpoint?: { head?: { size?: unknown; root?: unknown } } } | undefined)?.checkpoint;
  const claimed = checkpoint?.head?.size === meant.size ? checkpoint.head.root : rootAt(meant.size)?.toString('hex');
  return joined(meant.peaks).toString('hex') === claimed;
}

const rewritten = (proven: number, size: number): Fault => ({
  kind: 'rewritten',
  seq: proven,
  through: Math.max(proven, size - 1),
  why: `the first ${size} entries are not those that were signed`,
});

async function next(lines: Lines): Promise<unknown> {
  const step = await lines.next();
  return step.done ? undefined : step.value;
}

/** An entry, or the hash of one that is gone. */
type Leaf = Pick<EntryLine, 'seq' | 'hash'> & { entry?: EntryLine };

function leafOf(line: unknown): Leaf | null {
  if (isEntry(line)) return { seq: line.seq, hash: line.hash, entry: line };
  const { seq, hash } = (line as { gone?: Partial<Leaf> } | null | undefined)?.gone ?? {};
  return typeof seq === 'number' && typeof hash === 'string' ? { seq, hash } : null;
}

function isEntry(line: unknown): line is EntryLine {
  const { seq, prev_hash, hash, account_id } = (line ?? {}) as Partial<EntryLine>;
  return (
    Number.isSafeInteger(seq) &&
    typeof prev_hash === 'string' &&
    typeof hash === 'string' &&
    typeof account_id === 'string'
  );
}
