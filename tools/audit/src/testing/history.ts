import { generateKeyPairSync } from 'node:crypto';
import { type Checkpoint, type SignedHead } from '@annals/contracts';
import {
  emptyFrontier,
  entryHash,
  formatRound,
  grow,
  headLeaf,
  noEntry,
  noRound,
  roundHash,
  rootOf,
  signNote,
  verifierOf,
  wholeTree,
  type Frontier,
  type Hash,
  type NoteSigner,
} from '@annals/ledger';
import { type EntryLine } from '../walk-entries.js';

export const acme = '018f0000-0000-7000-8000-00000000000a';
export const globex = '018f0000-0000-7000-8000-00000000000b';
const logs = [acme, globex];

export const signerOf = (name = 'annals.example/audit'): NoteSigner => ({
  name,
  privateKey: generateKeyPairSync('ed25519').privateKey,
});

/** What happens next: an entry in one of two logs, or a round. */
export type Step = 'acme' | 'globex' | 'round';

/** Two logs and the rounds that were signed over them, as a server would have kept them. */
export interface History {
  signer: NoteSigner;
  entries: Record<string, EntryLine[]>;
  /** Of each log, oldest first. */
  checkpoints: Record<string, Checkpoint[]>;
  rounds: { round: number; signed_at: string; note: string; heads: SignedHead[] }[];
}

export function historyOf(steps: readonly Step[], signer = signerOf()): History {
  const history: History = {
    signer,
    entries: { [acme]: [], [globex]: [] },
    checkpoints: { [acme]: [], [globex]: [] },
    rounds: [],
  };
  for (const step of steps) {
    if (step === 'round') addRound(history);
    else addEntry(history, step === 'acme' ? acme : globex);
  }
  return history;
}

function addEntry({ entries }: History, log: string): void {
  const lines = entries[log]!;
  const changes = { name: { old: null, new: { value: { sealed: `v1.${lines.length}` } } } };
  lines.push(hashed({ seq: lines.length, prev_hash: lines.at(-1)?.hash ?? noEntry, account_id: log, changes }));
}

/** A line whose hash is right. */
export function hashed(line: Record<string, unknown> & Pick<EntryLine, 'seq' | 'prev_hash' | 'account_id'>): EntryLine {
  const { hash: _old, ...canonical } = line;
  return { v: 1, ...canonical, hash: entryHash({ v: 1, ...canonical }).toString('hex') };
}

/** Lines with places, links and hashes as a forger would make them anew from `first` on. */
export function rechained(lines: readonly EntryLine[], first: number): EntryLine[] {
  return lines.reduce<EntryLine[]>((done, line, seq) => {
    const prev_hash = done[seq - 1]?.hash ?? noEntry;
    return [...done, seq < first ? line : hashed({ ...line, seq, prev_hash })];
  }, []);
}

export const frontierOf = (lines: readonly EntryLine[]): Frontier =>
  lines.reduce<Frontier>((frontier, { hash }) => grow(frontier, Buffer.from(hash, 'hex')), emptyFrontier);

/** Signs where these lines stand, as the next round. @param previous a lie, instead of the hash of the round before */
export function addRound(history: History, previous?: Hash): void {
  const { signer, entries, checkpoints, rounds } = history;
  const heads = logs.map((log) => {
    const frontier = frontierOf(entries[log]!);
    return { log, size: frontier.size, root: rootOf(frontier) };
  });
  const tree = wholeTree(heads.map(headLeaf));
  const before = rounds.at(-1);
  const round = (before?.round ?? 0) + 1;
  const signed_at = new Date(Date.UTC(2026, 2, 1, 12, round)).toISOString();
  const text = formatRound({
    ...{ origin: signer.name, logs: tree.size, root: tree.root, round, time: signed_at },
    previous: previous ?? (before ? roundHash(before.note.slice(0, before.note.lastIndexOf('\n\n') + 1)) : noRound),
  });
  const note = signNote(text, signer);
  const signed = heads.map(({ log, size, root }, place) => ({
    ...{ head: { log, size, root: root.toString('hex') }, place },
    path: tree.path(place).map((hash) => hash.toString('hex')),
  }));
  const grown = signed.filter(({ head }) => checkpoints[head.log]!.at(-1)?.head.size !== head.size);
  for (const one of grown) checkpoints[one.head.log]!.push({ round, signed_at, note, ...one });
  rounds.push({ round, signed_at, note, heads: grown });
}

/** The lines of an export that ends with this checkpoint. */
export const exportOf = (lines: readonly EntryLine[], checkpoint: Checkpoint | undefined): unknown[] => [
  ...lines,
  { checkpoint, size: lines.length, path: [] },
];

export const verifiersOf = ({ signer }: Pick<History, 'signer'>) => [verifierOf(signer)];

export async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** Rounds as the second place holds them. */
export async function* witnessOf(rounds: History['rounds']): AsyncGenerator<AsyncIterable<unknown>> {
  for (const { heads, ...round } of rounds) yield each([round, ...heads]);
}
