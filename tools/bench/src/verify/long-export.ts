import { generateKeyPairSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Checkpoint } from '@annals/contracts';
import {
  emptyFrontier,
  entryHash,
  formatRound,
  formatVerifier,
  grow,
  headLeaf,
  noEntry,
  noRound,
  rootOf,
  signNote,
  verifierOf,
  wholeTree,
  type Frontier,
  type NoteSigner,
} from '@annals/ledger';

/**
 * Writes an export of as many entries as wanted, each like the one that is given, under a key of its own.
 * @returns the verifier
 */
export async function writeLongExport(path: string, entries: number, like: Record<string, unknown>): Promise<string> {
  const signer: NoteSigner = { name: 'annals.bench/audit', privateKey: generateKeyPairSync('ed25519').privateKey };
  await pipeline(Readable.from(linesOf(entries, like, signer)), createWriteStream(path));
  return formatVerifier(verifierOf(signer));
}

function* linesOf(entries: number, like: Record<string, unknown>, signer: NoteSigner): Generator<string> {
  const { hash: _hash, ...canonical } = like;
  let frontier: Frontier = emptyFrontier;
  let prev_hash = noEntry;
  for (let seq = 0; seq < entries; seq++) {
    const entry = { ...canonical, seq, prev_hash, revision: String(seq) };
    const hash = entryHash(entry);
    frontier = grow(frontier, hash);
    prev_hash = hash.toString('hex');
    yield `${JSON.stringify({ ...entry, hash: prev_hash })}\n`;
  }
  const checkpoint = checkpointOf(String(canonical.account_id), frontier, signer);
  yield `${JSON.stringify({ checkpoint, size: entries, path: [] })}\n`;
}

function checkpointOf(log: string, frontier: Frontier, signer: NoteSigner): Checkpoint {
  const { size } = frontier;
  const root = rootOf(frontier);
  const tree = wholeTree([headLeaf({ log, size, root })]);
  const signed_at = new Date().toISOString();
  const text = formatRound({
    ...{ origin: signer.name, logs: 1, root: tree.root, round: 1, time: signed_at, previous: noRound },
  });
  const head = { log, size, root: root.toString('hex') };
  return { round: 1, signed_at, note: signNote(text, signer), head, place: 0, path: [] };
}
