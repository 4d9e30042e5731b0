import { withTransaction, type Pool, type Sql, type Tx } from '@annals/postgres';
import { BusError } from '../bus.js';
import { busChannel } from './schema.js';

export interface Member {
  group: string;
  id: string;
  topics: readonly string[];
  from: 'earliest' | 'latest';
  sessionMs: number;
}

/** A partition leased to a member. A later owner has a higher epoch, so a commit by an earlier one finds no row. */
export interface Lease {
  topic: string;
  partition: number;
  epoch: bigint;
  committed: bigint;
}

export interface Renewal {
  /** Every lease of this member. */
  leases: Lease[];
  /** `topic/partition` of the share it should have; leases beyond it are to be released when idle. */
  share: Set<string>;
  /** Whether all topics exist. */
  topicsKnown: boolean;
}

interface Row {
  topic: string;
  part: number;
  epoch: string;
  off: string;
}

/**
 * One sign of life: keeps the member and its leases, drops members that fell silent and takes what is due and free.
 * @throws BusError 'subscription-mismatch' while a live member of the group subscribes to other topics
 */
export function renew(pool: Pool, member: Member): Promise<Renewal> {
  const { group, id, topics, sessionMs } = member;
  return withTransaction(pool, async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('annals.bus.group.' || $1, 0))`, [group]);
    const gone = await tx.query('delete from bus_member where grp = $1 and expires_at < now()', [group]);
    await refuseOtherTopics(tx, member);
    const { rows: joined } = await tx.query<{ fresh: boolean }>(
      `insert into bus_member (grp, member, topics, expires_at) values ($1, $2, $3, now() + $4 * interval '1 ms')
       on conflict (grp, member) do update set expires_at = excluded.expires_at returning (xmax = 0) as fresh`,
      [group, id, topics, sessionMs],
    );
    await tx.query(
      `insert into bus_group (grp, topic, part, off)
       select $1, topic, part, ${member.from === 'earliest' ? 'tail' : 'head'} from bus_part where topic = any ($2)
       on conflict do nothing`,
      [group, topics],
    );
    const share = await shareOf(tx, member);
    const wanted = [...share].map((name) => name.split('/') as [string, string]);
    const { rows } = await tx.query<Row>(
      `update bus_group g set owner = $2, lease_until = now() + $3 * interval '1 ms',
              epoch = epoch + (owner is distinct from $2)::int
       where grp = $1 and (owner = $2 or (
         (topic, part) in (select * from unnest($4::text[], $5::int[]))
         and (owner is null or lease_until < now() or owner not in (select m.member from bus_member m where m.grp = $1))))
       returning topic, part, epoch, off`,
      [group, id, sessionMs, wanted.map(([topic]) => topic), wanted.map(([, part]) => part)],
    );
    if (joined[0]?.fresh || gone.rowCount > 0) await tellGroup(tx, group);
    const known = await tx.query('select from bus_topic where topic = any ($1)', [topics]);
    return { share, leases: rows.map(toLease), topicsKnown: known.rowCount === topics.length };
  });
}

async function refuseOtherTopics(tx: Tx, { group, id, topics }: Member): Promise<void> {
  const { rows } = await tx.query<{ topics: string[] }>(
    'select topics from bus_member where grp = $1 and member <> $2 and topics <> $3::text[] limit 1',
    [group, id, topics],
  );
  if (rows[0]) {
    const theirs = rows[0].topics.join(', ');
    throw new BusError('subscription-mismatch', `group ${group} subscribes to ${theirs}, not ${topics.join(', ')}`);
  }
}

/** Partitions go round the members in the order of their ids: every member computes the same. */
async function shareOf(tx: Tx, { group, id, topics }: Member): Promise<Set<string>> {
  const { rows } = await tx.query<{ topic: string; part: number }>(
    `with ranked as (select member, row_number() over (order by member) - 1 as rank, count(*) over () as members
                     from bus_member where grp = $1),
          numbered as (select topic, part, row_number() over (order by topic, part) - 1 as n
                       from bus_part where topic = any ($3))
     select n.topic, n.part from numbered n join ranked r on n.n % r.members = r.rank where r.member = $2`,
    [group, id, topics],
  );
  return new Set(rows.map((row) => `${row.topic}/${row.part}`));
}

const toLease = (row: Row): Lease => ({
  topic: row.topic,
  partition: row.part,
  epoch: BigInt(row.epoch),
  committed: BigInt(row.off),
});

/** @throws BusError 'lease-lost' when somebody else owns the partition by now */
export async function commitOffset(sql: Sql, { group, id }: Member, lease: Lease, next: bigint): Promise<void> {
  const { rowCount } = await sql.query(
    'update bus_group set off = $5 where grp = $1 and topic = $2 and part = $3 and owner = $4 and epoch = $6',
    [group, lease.topic, lease.partition, id, next.toString(), lease.epoch.toString()],
  );
  if (rowCount === 0) throw lost(lease);
}

/** @throws BusError 'lease-lost' when somebody else owns the partition by now */
export async function keepLease(sql: Sql, { group, id, sessionMs }: Member, lease: Lease): Promise<void> {
  const { rowCount } = await sql.query(
    `update bus_group set lease_until = now() + $6 * interval '1 ms'
     where grp = $1 and topic = $2 and part = $3 and owner = $4 and epoch = $5`,
    [group, lease.topic, lease.partition, id, lease.epoch.toString(), sessionMs],
  );
  if (rowCount === 0) throw lost(lease);
}

/** Gives partitions back and, when leaving, the membership. The others are told. */
export function release(pool: Pool, member: Member, leases: readonly Lease[], leaving: boolean): Promise<void> {
  return withTransaction(pool, async (tx) => {
    await tx.query(
      `update bus_group set owner = null, lease_until = null where grp = $1 and owner = $2
       and (topic, part, epoch) in (select * from unnest($3::text[], $4::int[], $5::bigint[]))`,
      [
        member.group,
        member.id,
        leases.map((lease) => lease.topic),
        leases.map((lease) => lease.partition),
        leases.map((lease) => lease.epoch.toString()),
      ],
    );
    if (leaving) await tx.query('delete from bus_member where grp = $1 and member = $2', [member.group, member.id]);
    await tellGroup(tx, member.group);
  });
}

const tellGroup = (tx: Tx, group: string) => tx.query('select pg_notify($1, $2)', [busChannel, `group:${group}`]);

const lost = ({ topic, partition }: Lease) =>
  new BusError('lease-lost', `${topic}/${partition} belongs to another member by now`);
