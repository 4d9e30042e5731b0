import { type Tx } from '@annals/postgres';
import { type LogState, type Tile } from './log-state.js';

/** Where these logs stand; a log without entries is missing. */
export async function readLogs(tx: Tx, accountIds: readonly string[]): Promise<Map<string, LogState>> {
  const { rows } = await tx.query<{ log: string; size: string; peaks: Buffer[]; last_hash: Buffer }>(
    'select log, size, peaks, last_hash from logs where log = any($1::uuid[])',
    [accountIds],
  );
  return new Map(
    rows.map(({ log, size, peaks, last_hash }) => [log, { frontier: { size: Number(size), peaks }, last: last_hash }]),
  );
}

/** Keeps where logs stand now. */
export async function writeLogs(tx: Tx, logs: ReadonlyMap<string, LogState>): Promise<void> {
  const states = [...logs.values()];
  await tx.query(
    `insert into logs (log, size, peaks, last_hash)
     select u.log::uuid, u.size::bigint, u.peaks::bytea[], u.last_hash::bytea
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as u(log, size, peaks, last_hash)
     on conflict (log) do update set size = excluded.size, peaks = excluded.peaks, last_hash = excluded.last_hash`,
    [
      [...logs.keys()],
      states.map(({ frontier }) => String(frontier.size)),
      states.map(({ frontier }) => `{${frontier.peaks.map((peak) => `"\\${byteaOf(peak)}"`).join(',')}}`),
      states.map(({ last }) => byteaOf(last)),
    ],
  );
}

/** Keeps the tiles that one account's log completed, in the scope of that account. */
export async function writeTiles(tx: Tx, accountId: string, tiles: readonly Tile[]): Promise<void> {
  if (tiles.length === 0) return;
  await tx.query(
    `insert into audit_tiles (account_id, level, idx, hash)
     select $1::uuid, u.level::int, u.idx::bigint, u.hash::bytea
     from unnest($2::text[], $3::text[], $4::text[]) as u(level, idx, hash)`,
    [
      accountId,
      tiles.map(({ level }) => String(level)),
      tiles.map(({ idx }) => String(idx)),
      tiles.map(({ hash }) => byteaOf(hash)),
    ],
  );
}

/** Bytes as PostgreSQL reads them in text. */
export const byteaOf = (bytes: Buffer): string => `\\x${bytes.toString('hex')}`;
