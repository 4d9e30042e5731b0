import { headers as names } from '@annals/contracts';
import { type Sql, type Tx } from '@annals/postgres';
import { type InMsg } from '../bus.js';
import { plainLetter, type DeadLetter } from './dead-letter.js';

/** Bytes of a payload, and characters of a header, that are kept for another try. */
const largestValue = 64 * 1024;
const longestHeader = 8 * 1024;
const longestName = 500;
/** Letters of a group at most, newest first, and for how long: as long as the embedded log keeps messages. */
const mostLetters = 1_000;
const keptFor = '7 days';

/** What verifying asks for, and what tells people where a message came from. */
const keptHeaders = [
  ...[names.context, names.accountId, names.requestId, names.transactionId, names.correlationId, names.causationId],
  ...[names.traceparent, 'ce_source', 'ce_subject', 'ce_position', 'ce_streamversion', 'content-type'],
];

/**
 * Keeps copies of what no handler saw, in the transaction that moves the offset. Anybody may have written them, as often
 * as they like: so the copies are plain text, and few.
 */
export async function keepLetters(tx: Tx, group: string, letters: readonly DeadLetter[]): Promise<void> {
  for (const letter of letters) {
    const { key, id, type, headers, value, time } = plainLetter(group, letter);
    const { topic, partition, offset } = letter.message;
    const kept = keptHeaders.flatMap((name) => (headers[name] ? [[name, headers[name].slice(0, longestHeader)]] : []));
    await tx.query(
      `insert into dead_letters (grp, topic, part, off, key, message_id, type, headers, value, sent_at, reason)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
      [
        ...[group, topic, partition, String(offset)],
        ...[key, id, type].map((text) => text.slice(0, longestName)),
        JSON.stringify(Object.fromEntries(kept)),
        value.byteLength > largestValue ? null : Buffer.from(value),
        time === undefined ? null : new Date(time),
        letter.reason,
      ],
    );
  }
  if (letters.length > 0) await forgetLetters(tx, group);
}

/** Removes letters that are too old or too many. */
export async function forgetLetters(sql: Sql, group: string): Promise<void> {
  await sql.query(
    `delete from dead_letters where grp = $1 and (refused_at < now() - $2::interval
       or id <= (select id from dead_letters where grp = $1 order by id desc offset $3 limit 1))`,
    [group, keptFor, mostLetters],
  );
}

interface Row {
  topic: string;
  part: number;
  off: string;
  key: string;
  message_id: string;
  type: string;
  headers: Record<string, string>;
  value: Buffer | null;
  sent_at: Date | null;
}

/** A letter as the message it was, locked until the transaction ends; undefined when there is none that can be handled. */
export async function letterToRetry(tx: Tx, group: string, number: string): Promise<InMsg | undefined> {
  const { rows } = await tx.query<Row>(
    `select topic, part, off, key, message_id, type, headers, value, sent_at from dead_letters
     where grp = $1 and id = $2::bigint and value is not null for update`,
    [group, number],
  );
  const row = rows[0];
  if (!row?.value) return undefined;
  const { topic, part: partition, off, key, message_id: id, type, headers, value, sent_at: time } = row;
  const message = { topic, partition, offset: BigInt(off), key, id, type, headers, value, attempt: 1 };
  return time ? { ...message, time: time.getTime() } : message;
}

export async function dropLetter(tx: Tx, number: string): Promise<void> {
  await tx.query('delete from dead_letters where id = $1::bigint', [number]);
}
