import { isSoftDeleted, isTombstoned, type StreamState } from './stream-state.js';

/** The revision a writer decided on. `text` is what it sent, for the answer. */
export type Expected =
  | { kind: 'any' }
  | { kind: 'no_stream' }
  | { kind: 'stream_exists' }
  | { kind: 'revision'; revision: number; text: string };

export type Verdict =
  | { kind: 'ok' }
  /** All ids are already there: success with the old place. */
  | { kind: 'repeated'; lastRevision: number }
  | { kind: 'wrong-revision' }
  | { kind: 'stream-deleted' };

/** Looks ids up: at exact revisions in everything ever written, and anywhere in the stream among the recent ones. */
export interface KnownIds {
  at(revision: number, count: number): Promise<readonly string[]>;
  recent(id: string): number | undefined;
}

const ok: Verdict = { kind: 'ok' };
const wrong: Verdict = { kind: 'wrong-revision' };
const deleted: Verdict = { kind: 'stream-deleted' };

/**
 * The server's rules for an expected revision (KurrentDB `IndexWriter.CheckCommit`).
 * An exact revision behind the head is a retry if the same ids stand at the same places, however old they are. `any` and `stream_exists` recognise only
 * recent ids. A retry that is known in part is refused: the log would hold half of it twice.
 */
export async function checkAppend(
  state: StreamState,
  expected: Expected,
  ids: readonly string[],
  known: KnownIds,
): Promise<Verdict> {
  if (isTombstoned(state)) return deleted;
  switch (expected.kind) {
    case 'stream_exists':
      if (isSoftDeleted(state)) return deleted;
      if (state.head < 0 && state.metaHead < 0) return wrong;
      return checkRecent(ids, known);
    case 'any':
      return checkRecent(ids, known);
    case 'no_stream':
      if (state.head < 0) return ok;
      return checkPlaces(0, ids, known, isSoftDeleted(state) ? ok : wrong);
    case 'revision':
      if (expected.revision === state.head) return ok;
      if (expected.revision > state.head) return wrong;
      return checkPlaces(expected.revision + 1, ids, known, wrong);
  }
}

function checkRecent(ids: readonly string[], known: KnownIds): Verdict {
  let last: number | undefined;
  for (const [index, id] of ids.entries()) {
    const revision = known.recent(id);
    if (revision === undefined) return index === 0 ? ok : wrong;
    last = revision;
  }
  return last === undefined ? ok : { kind: 'repeated', lastRevision: last };
}

async function checkPlaces(first: number, ids: readonly string[], known: KnownIds, unknown: Verdict): Promise<Verdict> {
  if (ids.length === 0) return unknown;
  const present = await known.at(first, ids.length);
  for (const [index, id] of ids.entries()) {
    if (present[index] !== id) return index === 0 ? unknown : wrong;
  }
  return { kind: 'repeated', lastRevision: first + ids.length - 1 };
}
