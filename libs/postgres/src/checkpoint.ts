import type { Position } from '@annals/event-store';
import { notify } from './listen.js';
import type { Sql, Tx } from './sql.js';

/** What a checkpoint belongs to. */
export interface CheckpointKey {
  name: string;
  version: number;
}

export interface Checkpoint {
  position: Position | null;
  /** Whether it ever had handled everything there was. */
  wasLive: boolean;
}

/** Channel on which every moved checkpoint is told: `name@version commit-prepare`. */
export const progressChannel = 'annals_progress';

interface Row {
  commit_pos: string | null;
  prepare_pos: string | null;
  was_live: boolean;
}

/** The stored checkpoint, made when missing. */
export async function readCheckpoint(sql: Sql, { name, version }: CheckpointKey): Promise<Checkpoint> {
  await sql.query('insert into projection_checkpoints (name, version) values ($1, $2) on conflict do nothing', [
    name,
    version,
  ]);
  const { rows } = await sql.query<Row>(
    `select commit_pos, prepare_pos, live_at is not null as was_live
     from projection_checkpoints where name = $1 and version = $2`,
    [name, version],
  );
  const row = rows[0];
  if (!row) throw new Error(`The checkpoint of ${name}@${version} is gone.`);
  const known = row.commit_pos !== null && row.prepare_pos !== null;
  return {
    position: known ? { commit: BigInt(row.commit_pos!), prepare: BigInt(row.prepare_pos!) } : null,
    wasLive: row.was_live,
  };
}

/** Somebody else moved the checkpoint first: what this transaction did must not count. */
export class CheckpointMoved extends Error {
  constructor({ name, version }: CheckpointKey) {
    super(`The checkpoint of ${name}@${version} is not where it was: another process handles these events.`);
    this.name = 'CheckpointMoved';
  }
}

/**
 * Moves the checkpoint inside the transaction of the effect, and tells the followers at commit.
 * @throws CheckpointMoved when it is not at `from` any more. This guard, not any lock, is what makes effects happen once.
 */
export async function moveCheckpoint(tx: Tx, key: CheckpointKey, from: Position | null, to: Position): Promise<void> {
  const [moved] = await Promise.all([
    tx.query(
      `update projection_checkpoints set commit_pos = $3, prepare_pos = $4, updated_at = now()
       where name = $1 and version = $2
         and commit_pos is not distinct from $5 and prepare_pos is not distinct from $6`,
      [
        ...[key.name, key.version, String(to.commit), String(to.prepare)],
        ...[from && String(from.commit), from && String(from.prepare)],
      ],
    ),
    notify(tx, progressChannel, `${key.name}@${key.version} ${to.commit}-${to.prepare}`),
  ]);
  if (moved.rowCount !== 1) throw new CheckpointMoved(key);
}

/** Remembers that everything there was has been handled, and tells the followers. */
export async function markLive(sql: Sql, { name, version }: CheckpointKey): Promise<void> {
  await sql.query(
    'update projection_checkpoints set live_at = coalesce(live_at, now()) where name = $1 and version = $2',
    [name, version],
  );
  await notify(sql, progressChannel, `${name}@${version} live`);
}
