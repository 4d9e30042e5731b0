import { type Sql } from '@annals/postgres';
import { BusError, type OutMsg, type Published } from '../bus.js';
import { wireHeaders } from '../message.js';
import { partitionOf } from '../partition.js';

/** Number of partitions of a topic, remembered because it never changes. */
export function createPartitionCounts(sql: Sql): (topic: string) => Promise<number> {
  const counts = new Map<string, number>();
  return async (topic) => {
    const known = counts.get(topic);
    if (known !== undefined) return known;
    const found = await sql.query<{ partitions: number }>('select partitions from bus_topic where topic = $1', [topic]);
    const count = found.rows[0]?.partitions;
    if (count === undefined) throw new BusError('unknown-topic', `topic ${topic} does not exist`);
    counts.set(topic, count);
    return count;
  };
}

/** Appends a batch in one statement; durable when it resolves. */
export async function appendMessages(
  sql: Sql,
  topic: string,
  partitions: number,
  messages: readonly OutMsg[],
): Promise<Published[]> {
  const appended = await sql.query<{ part: number; off: string }>(
    'select part, off from bus_publish($1, $2::int[], $3::text[], $4::text[], $5::bytea[])',
    [
      topic,
      messages.map((message) => partitionOf(message.key, partitions)),
      messages.map((message) => message.key),
      messages.map((message) => JSON.stringify(wireHeaders(message))),
      messages.map((message) => Buffer.from(message.value)),
    ],
  );
  return appended.rows.map((row) => ({ partition: row.part, offset: BigInt(row.off) }));
}
