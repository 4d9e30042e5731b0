import { comparePositions, type Position } from '@annals/event-store';
import type { Pool } from './pool.js';
import type { Tx } from './sql.js';
import { withTransaction } from './transaction.js';

interface Row {
  commit_pos: string | null;
  prepare_pos: string | null;
  /** Whether as many fences are there as there were when the place was kept. */
  whole: boolean;
}

const positionOf = ({ commit_pos, prepare_pos }: Row): Position | null =>
  commit_pos === null || prepare_pos === null ? null : { commit: BigInt(commit_pos), prepare: BigInt(prepare_pos) };

async function read(sql: Pool | Tx): Promise<Row> {
  const { rows } = await sql.query<Row>(
    `select commit_pos, prepare_pos, fences <= (select count(*) from fenced_subjects) as whole
     from replayed_erasures for update`,
    [],
  );
  if (!rows[0]) throw new Error('The place up to which erasures were replayed is gone.');
  return rows[0];
}

/** Up to where erasures stand in this key database; null when nobody knows, as when fences were put back without it. */
export async function replayedErasures(pool: Pool): Promise<Position | null> {
  const row = await read(pool);
  return row.whole ? positionOf(row) : null;
}

/** An older copy of the key database came back while somebody worked on it: what was replayed since is not in it. */
export class KeysWentBack extends Error {
  constructor() {
    super('The key database is older than it was: erasures are replayed again.');
    this.name = 'KeysWentBack';
  }
}

/**
 * Keeps that everything from one place to another has been replayed. Who replays beside somebody else may be the slower
 * one: then the farther place stays.
 * @throws KeysWentBack when the place is before `from`, or fences are missing
 */
export async function keepReplayed(pool: Pool, from: Position | null, to: Position): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const row = await read(tx);
    const kept = positionOf(row);
    if (from !== null && (!row.whole || kept === null || comparePositions(kept, from) < 0)) throw new KeysWentBack();
    const place = from !== null && kept !== null && comparePositions(kept, to) > 0 ? kept : to;
    await tx.query(
      `update replayed_erasures set commit_pos = $1, prepare_pos = $2, fences = (select count(*) from fenced_subjects)`,
      [String(place.commit), String(place.prepare)],
    );
  });
}
