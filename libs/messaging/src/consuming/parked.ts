import { type Sql, type Tx } from '@annals/postgres';
import { type InMsg } from '../bus.js';

/** A key whose messages wait for somebody to look. */
export interface ParkedKey {
  group: string;
  topic: string;
  key: string;
  reason: string;
  messages: number;
  parked_at: Date;
}

/** Which of these messages' keys are parked. They stay so until the transaction ends. */
export async function parkedAmong(tx: Tx, group: string, messages: readonly InMsg[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ key: string }>(
    'select key from parked_keys where grp = $1 and topic = $2 and key = any ($3) for share',
    [group, messages[0]?.topic ?? '', [...new Set(messages.map((message) => message.key))]],
  );
  return new Set(rows.map((row) => row.key));
}

export async function parkKey(
  sql: Sql,
  group: string,
  { topic, key }: Pick<InMsg, 'topic' | 'key'>,
  { reason, attempts }: { reason: string; attempts: number },
): Promise<void> {
  await sql.query(
    `insert into parked_keys as k (grp, topic, key, reason, attempts) values ($1, $2, $3, $4, $5)
     on conflict (grp, topic, key) do update
     set reason = excluded.reason, attempts = k.attempts + excluded.attempts`,
    [group, topic, key, reason, attempts],
  );
}

/** Keeps messages of parked keys, to be handled when the key is retried. */
export async function keepMessages(tx: Tx, group: string, messages: readonly InMsg[]): Promise<void> {
  for (const { topic, partition, offset, key, id, type, headers, value, time } of messages) {
    await tx.query(
      `insert into parked_messages (grp, topic, part, off, key, id, type, headers, value, sent_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
      [
        ...[group, topic, partition, String(offset), key, id, type, JSON.stringify(headers), Buffer.from(value)],
        time === undefined ? null : new Date(time),
      ],
    );
  }
}

export async function listParked(sql: Sql, group: string, limit: number): Promise<ParkedKey[]> {
  const { rows } = await sql.query<ParkedKey>(
    `select k.grp as "group", k.topic, k.key, k.reason, k.parked_at,
            (select count(*)::int from parked_messages m where m.grp = k.grp and m.topic = k.topic and m.key = k.key) as messages
     from parked_keys k where k.grp = $1 order by k.parked_at, k.topic, k.key limit $2`,
    [group, limit],
  );
  return rows;
}

interface Row {
  part: number;
  off: string;
  id: string;
  type: string;
  headers: Record<string, string>;
  value: Buffer;
  sent_at: Date | null;
}

/**
 * The first kept message of a parked key, with the key locked so that its consumer neither adds nor overtakes;
 * 'released' when none was left and the key is free again, 'unknown' when it is not parked.
 */
export async function firstParked(
  tx: Tx,
  group: string,
  topic: string,
  key: string,
): Promise<InMsg | 'released' | 'unknown'> {
  const place = [group, topic, key];
  const locked = await tx.query('select from parked_keys where grp = $1 and topic = $2 and key = $3 for update', place);
  if (locked.rowCount === 0) return 'unknown';
  const { rows } = await tx.query<Row>(
    `select part, off, id, type, headers, value, sent_at from parked_messages
     where grp = $1 and topic = $2 and key = $3 order by part, off limit 1`,
    place,
  );
  const row = rows[0];
  if (!row) {
    await tx.query('delete from parked_keys where grp = $1 and topic = $2 and key = $3', place);
    return 'released';
  }
  const { part: partition, off, id, type, headers, value, sent_at: time } = row;
  const message = { topic, key, partition, offset: BigInt(off), id, type, headers, value, attempt: 1 };
  return time ? { ...message, time: time.getTime() } : message;
}

export async function dropParked(tx: Tx, group: string, { topic, partition, offset }: InMsg): Promise<void> {
  await tx.query('delete from parked_messages where grp = $1 and topic = $2 and part = $3 and off = $4', [
    ...[group, topic, partition, String(offset)],
  ]);
}
