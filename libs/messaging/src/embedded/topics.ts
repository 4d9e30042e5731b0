import { withTransaction, type Pool } from '@annals/postgres';
import { BusError, type TopicSpec } from '../bus.js';

const week = 7 * 24 * 3600 * 1000;

/** Creates missing topics; what exists stays as it is. */
export async function ensureTopics(pool: Pool, specs: readonly TopicSpec[]): Promise<void> {
  await withTransaction(pool, async (tx) => {
    for (const { topic, partitions, retentionMs } of [...specs].sort((a, b) => (a.topic < b.topic ? -1 : 1))) {
      const { rows } = await tx.query<{ partitions: number }>(
        `insert into bus_topic as t (topic, partitions, retention_ms) values ($1, $2, coalesce($3, ${week}))
         on conflict (topic) do update set partitions = t.partitions returning partitions`,
        [topic, partitions, retentionMs ?? null],
      );
      const existing = rows[0]?.partitions;
      if (existing !== partitions) {
        throw new BusError('topic-partitions-differ', `${topic} has ${existing} partitions, not ${partitions}`);
      }
      await tx.query(
        `insert into bus_part (topic, part) select $1, generate_series(0, $2::int - 1) on conflict do nothing`,
        [topic, partitions],
      );
    }
  });
}

/** Messages a group has not committed, by `topic/partition`. */
export async function groupLag(pool: Pool, group: string): Promise<Map<string, bigint>> {
  const { rows } = await pool.query<{ topic: string; part: number; lag: string }>(
    `select g.topic, g.part, greatest(p.head - greatest(g.off, p.tail), 0) as lag
     from bus_group g join bus_part p using (topic, part) where g.grp = $1`,
    [group],
  );
  return new Map(rows.map((row) => [`${row.topic}/${row.part}`, BigInt(row.lag)]));
}

/** Moves a group that nobody works in at present. */
export async function seekGroup(
  pool: Pool,
  group: string,
  target: { topic: string; partition: number; offset: bigint },
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('annals.bus.group.' || $1, 0))`, [group]);
    const members = await tx.query('select from bus_member where grp = $1 and expires_at > now()', [group]);
    if (members.rowCount > 0) throw new BusError('group-active', `group ${group} has members; stop them first`);
    await tx.query(
      `insert into bus_group (grp, topic, part, off) values ($1, $2, $3, $4)
       on conflict (grp, topic, part) do update set off = excluded.off, owner = null, epoch = bus_group.epoch + 1`,
      [group, target.topic, target.partition, target.offset.toString()],
    );
  });
}
