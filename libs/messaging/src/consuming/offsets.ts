import { comparePositions, decodePosition, encodePosition, type Position } from '@annals/event-store';
import { type Sql, type Tx } from '@annals/postgres';
import { type InMsg } from '../bus.js';

/** How far a group is in one partition. */
export interface Progress {
  next: bigint;
  seen: Map<string, Position>;
}

interface Row {
  next_off: string;
  seen: Record<string, string>;
}

/** Where a group wants to begin in a partition; null when it never handled anything there. */
export async function nextOffset(sql: Sql, group: string, topic: string, partition: number): Promise<bigint | null> {
  const { rows } = await sql.query<Row>(
    'select next_off, seen from consumed_offsets where grp = $1 and topic = $2 and part = $3',
    [group, topic, partition],
  );
  return rows[0] ? BigInt(rows[0].next_off) : null;
}

/** The progress, locked until the transaction ends: of two members that believe to own a partition, one waits and then sees it done. */
export async function lockProgress(tx: Tx, group: string, { topic, partition }: InMsg): Promise<Progress> {
  const { rows } = await tx.query<Row>(
    `insert into consumed_offsets as o (grp, topic, part) values ($1, $2, $3)
     on conflict (grp, topic, part) do update set updated_at = o.updated_at returning next_off, seen`,
    [group, topic, partition],
  );
  const { next_off: next, seen } = rows[0]!;
  return {
    next: BigInt(next),
    seen: new Map(Object.entries(seen).map(([source, position]) => [source, decodePosition(position)])),
  };
}

export async function moveProgress(tx: Tx, group: string, last: InMsg, { seen }: Progress): Promise<void> {
  const positions = Object.fromEntries([...seen].map(([source, position]) => [source, encodePosition(position)]));
  await tx.query(
    `update consumed_offsets set next_off = $4, seen = $5, updated_at = now() where grp = $1 and topic = $2 and part = $3`,
    [group, last.topic, last.partition, String(last.offset + 1n), JSON.stringify(positions)],
  );
}

const positionText = /^\d{1,20}-\d{1,20}$/;

/** Whether its publisher sent it before, as after a crash between sending and checkpoint. Remembers it otherwise. */
export function isRepeated({ seen }: Progress, { headers }: InMsg): boolean {
  const { ce_source: source, ce_position: text } = headers;
  if (source === undefined || text === undefined || !positionText.test(text)) return false;
  const position = decodePosition(text);
  const last = seen.get(source);
  if (last && comparePositions(position, last) <= 0) return true;
  seen.set(source, position);
  return false;
}
