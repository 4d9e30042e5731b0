import { type Checkpoint } from '@annals/contracts';
import { signNote } from '@annals/ledger';
import { type FaultKind } from '../faults.js';
import { type EntryLine } from '../walk-entries.js';
import { acme, addRound, exportOf, globex, hashed, rechained, signerOf, type History } from './history.js';

/** What a forger hands over, and where the first bad entry of it is. */
export interface Forged {
  export: unknown[];
  checkpoints: unknown[];
  rounds: History['rounds'];
  /** Place of the first bad entry; undefined where it is a checkpoint that is bad. */
  at?: number;
  /** How many entries may be proven all the same; `at` unless said. */
  good?: number;
  /** As which one of these it may be found. */
  as: FaultKind[];
}

/** Changes an honest history; `pick` chooses an entry, and `other` a second thing. */
export type Tampering = (history: History, pick: number, other: number) => Forged;

const copy = <T>(value: T): T => structuredClone(value);
const honest = ({ entries, checkpoints, rounds }: History) => ({
  lines: copy(entries[acme]!),
  newest: copy(checkpoints[acme]!.at(-1)!),
  checkpoints: copy(checkpoints[acme]!),
  rounds: copy(rounds),
});

/** A tampering with the entries; the checkpoints stay what they are. */
function ofLines(
  as: FaultKind[],
  change: (lines: EntryLine[], at: number, other: number, history: History) => EntryLine[],
) {
  return (history: History, pick: number, other: number): Forged => {
    const { lines, newest, checkpoints, rounds } = honest(history);
    const at = pick % lines.length;
    const changed = exportOf(change(lines, at, other, history), newest);
    (changed.at(-1) as { size: number }).size = history.entries[acme]!.length;
    return { export: changed, checkpoints, rounds, at, as };
  };
}

/** A tampering with the checkpoint at the end, and with nothing else. */
function ofTrailer(as: FaultKind[], change: (checkpoint: Checkpoint, other: number) => Partial<Checkpoint>): Tampering {
  return (history, _, other) => {
    const { lines, newest, checkpoints, rounds } = honest(history);
    return { export: exportOf(lines, { ...newest, ...change(newest, other) }), checkpoints, rounds, as };
  };
}

const otherHex = (hex: string): string => `${hex.startsWith('0') ? '1' : '0'}${hex.slice(1)}`;

function changed(line: EntryLine, other: number): EntryLine {
  const fields = Object.keys(line).filter((field) => field !== 'hash' && field !== 'seq' && field !== 'account_id');
  const field = fields[other % fields.length]!;
  const value = line[field];
  return { ...line, [field]: field === 'prev_hash' ? otherHex(String(value)) : ['forged', value] };
}

const replaced = (lines: readonly EntryLine[], at: number, line: EntryLine) =>
  lines.map((old, i) => (i === at ? line : old));

/** Everything somebody may try, by name. */
export const tamperings: Readonly<Record<string, Tampering>> = {
  'a changed field': ofLines(['modified'], (lines, at, other) => replaced(lines, at, changed(lines[at]!, other))),
  'a field added': ofLines(['modified'], (lines, at) => replaced(lines, at, { ...lines[at]!, more: 1 })),
  'a field left out': ofLines(['modified', 'malformed'], (lines, at) => {
    const { changes: _left, ...rest } = lines[at]!;
    return replaced(lines, at, rest);
  }),
  'a changed hash': ofLines(['modified'], (lines, at) =>
    replaced(lines, at, { ...lines[at]!, hash: otherHex(lines[at]!.hash) }),
  ),
  'a changed field with its hash made anew': ofLines(['unlinked', 'rewritten'], (lines, at) =>
    replaced(lines, at, hashed({ ...lines[at]!, changes: 'forged' })),
  ),
  'another link with its hash made anew': ofLines(['unlinked', 'rewritten'], (lines, at) =>
    replaced(lines, at, hashed({ ...lines[at]!, prev_hash: otherHex(lines[at]!.prev_hash) })),
  ),
  'a changed field with the chain made anew': ofLines(['rewritten'], (lines, at) =>
    rechained(replaced(lines, at, { ...lines[at]!, changes: 'forged' }), at),
  ),
  'an entry left out': ofLines(['misplaced', 'truncated'], (lines, at) => lines.filter((_, index) => index !== at)),
  'an entry left out and the chain made anew': ofLines(['rewritten', 'truncated'], (lines, at) =>
    rechained(
      lines.filter((_, index) => index !== at),
      at,
    ),
  ),
  'an entry put in': ofLines(['misplaced', 'rewritten'], (lines, at) => [
    ...lines.slice(0, at),
    hashed({ ...lines[at]!, changes: 'forged' }),
    ...lines.slice(at),
  ]),
  'an entry put in and the chain made anew': ofLines(['rewritten', 'truncated'], (lines, at) =>
    rechained([...lines.slice(0, at), { ...lines[at]!, changes: 'forged' }, ...lines.slice(at)], at),
  ),
  'an entry held back, with its hash in its place': (history, pick, other) => {
    const hidden = ofLines(['gone'], (lines, at) =>
      replaced(lines, at, { gone: { seq: at, hash: lines[at]!.hash } } as unknown as EntryLine),
    );
    const forged = hidden(history, pick, other);
    return { ...forged, good: history.entries[acme]!.length };
  },
  'an entry twice': (history, pick, other) => {
    const twice = ofLines(['misplaced'], (lines, at) => [...lines.slice(0, at + 1), ...lines.slice(at)]);
    const forged = twice(history, pick, other);
    return { ...forged, good: forged.at! + 1 };
  },
  'two entries exchanged': (history, pick, other) => {
    const forged = ofLines(['misplaced'], (lines, at) => {
      const [a, b] = pair(lines.length, at, other);
      return lines.map((line, index) => (index === a ? lines[b]! : index === b ? lines[a]! : line));
    })(history, pick, other);
    return { ...forged, at: pair(history.entries[acme]!.length, forged.at!, other)[0] };
  },
  'two entries exchanged and numbered anew': (history, pick, other) => {
    const forged = ofLines(['modified'], (lines, at) => {
      const [a, b] = pair(lines.length, at, other);
      const exchanged = lines.map((line, index) => (index === a ? lines[b]! : index === b ? lines[a]! : line));
      return exchanged.map((line, seq) => ({ ...line, seq }));
    })(history, pick, other);
    return { ...forged, at: pair(history.entries[acme]!.length, forged.at!, other)[0] };
  },
  'a tail cut off': ofLines(['truncated'], (lines, at) => lines.slice(0, at)),
  'a tail cut off with the last line': (history, pick, other) => {
    const forged = ofLines(['truncated'], (lines, at) => lines.slice(0, at))(history, pick, other);
    return { ...forged, export: forged.export.slice(0, -1) };
  },
  'a tail cut off behind an older checkpoint': (history) => {
    const { lines, checkpoints, rounds } = honest(history);
    const older = checkpoints[0]!;
    return {
      ...{ export: exportOf(lines.slice(0, older.head.size), older), checkpoints, rounds },
      ...{ at: older.head.size, as: ['truncated'] },
    };
  },
  'a tail cut off behind an older checkpoint, and newer ones kept back': (history) => {
    const { lines, checkpoints, rounds } = honest(history);
    const older = checkpoints[0]!;
    const part = exportOf(lines.slice(0, older.head.size), older);
    return { export: part, checkpoints: [], rounds, at: older.head.size, as: ['truncated'] };
  },
  'the log of another account': (history) => {
    const { checkpoints, rounds } = honest(history);
    const theirs = history.checkpoints[globex]!.at(-1)!;
    return { export: exportOf(history.entries[globex]!, theirs), checkpoints, rounds, at: 0, as: ['foreign'] };
  },
  'an entry of another account': ofLines(['foreign', 'misplaced'], (lines, at, other, { entries }) => {
    const theirs = entries[globex]!;
    return replaced(lines, at, { ...theirs[other % theirs.length]!, seq: at });
  }),
  'a changed note': ofTrailer(['forged'], ({ note }, other) => {
    const at = other % note.lastIndexOf('\n\n');
    return { note: `${note.slice(0, at)}${note[at] === 'x' ? 'y' : 'x'}${note.slice(at + 1)}` };
  }),
  'a note by another key': ofTrailer(['forged'], ({ note }) => {
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
    return { note: signNote(text, signerOf(text.split('\n')[0])) };
  }),
  'a head that is not in its round': ofTrailer(['headless'], ({ path }, other) =>
    other % 2 === 0 ? { place: 7 } : { path: path.map(otherHex) },
  ),
  'a checkpoint that claims to be newer': ofTrailer(['misdated'], ({ signed_at, round }, other) =>
    other % 2 === 0 ? { round: round + 1 } : { signed_at: new Date(Date.parse(signed_at) + 60_000).toISOString() },
  ),
  'two notes of one round': (history) => {
    const { lines, newest, checkpoints, rounds } = honest(history);
    const other = otherPast(history);
    return { export: exportOf(lines, newest), checkpoints: [...checkpoints, other], rounds, as: ['split'] };
  },
  'two roots of one size': (history) => {
    const { lines, newest, checkpoints, rounds } = honest(history);
    const later = copyOf(history);
    addRound(later);
    const other = otherPast(later);
    return { export: exportOf(lines, newest), checkpoints: [...checkpoints, other], rounds, as: ['split'] };
  },
  'rounds that do not chain': (history) => {
    const { lines, checkpoints } = honest(history);
    const lying = copyOf(history);
    addRound(lying, Buffer.alloc(32, 1));
    return { export: exportOf(lines, checkpoints.at(-1)), checkpoints, rounds: lying.rounds, as: ['unchained'] };
  },
  'a round missing in the second place': (history, pick) => {
    const { lines, checkpoints, rounds } = honest(history);
    const missing = 1 + (pick % (rounds.length - 2));
    const left = rounds.filter((_, index) => index !== missing);
    return { export: exportOf(lines, checkpoints.at(-1)), checkpoints: [], rounds: left, as: ['unchained'] };
  },
};

function pair(length: number, at: number, other: number): [number, number] {
  const second = (at + 1 + (other % (length - 1))) % length;
  return at < second ? [at, second] : [second, at];
}

const copyOf = (history: History): History => ({
  ...history,
  ...copy({ ...history, signer: null }),
  signer: history.signer,
});

/** The last round signed anew over another last entry, by the one who holds the key. */
function otherPast(history: History): Checkpoint {
  const second = copyOf(history);
  const lines = second.entries[acme]!;
  const last = lines.length - 1;
  second.entries[acme] = rechained(replaced(lines, last, { ...lines[last]!, changes: 'forged' }), last);
  second.rounds.pop();
  second.checkpoints[acme] = [];
  addRound(second);
  return second.checkpoints[acme][0]!;
}
