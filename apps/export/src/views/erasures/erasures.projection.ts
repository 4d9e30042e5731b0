import { type ErasureEvent, pageMeta } from '@annals/contracts';
import type { Pool, Projection, ProjectionHandler } from '@annals/postgres';

const schema = 'erasures_v1';

const ends: ProjectionHandler = async (tx, { data }) => {
  await tx.query(`update ${schema}.erasure set next_at = null where erasure_id = $1`, [data.erasure_id]);
};

/**
 * Which erasures there are, whose, and which of them are to be carried on when. The rows are no tenant's: an erasure of a
 * person belongs to no account. They name people by id alone and stay, as the record of what was erased.
 */
export const erasuresProjection: Projection = {
  name: 'erasures',
  version: 1,
  categories: ['erasure'],
  open: false,
  tables: (name) => `
    create table ${name}.erasure (
      erasure_id uuid primary key,
      about uuid not null,
      seen_by uuid,
      requested_at timestamptz not null,
      next_at timestamptz,
      begun_at timestamptz
    );
    comment on column ${name}.erasure.seen_by is 'the account whose officers see it; null: nobody but the person';
    comment on column ${name}.erasure.next_at is 'from when there is something to do; null: never again';
    create index on ${name}.erasure (about, requested_at desc, erasure_id desc);
    create index on ${name}.erasure (seen_by, requested_at desc, erasure_id desc);
    create index on ${name}.erasure (next_at) where next_at is not null;
  `,
  accountOf: () => null,
  on: {
    ErasureRequested: async (tx, event) => {
      const { erasure_id, user_id, account_id, asked_in, requested_at, due_at } = event.data as Extract<
        ErasureEvent,
        { type: 'ErasureRequested' }
      >['data'];
      await tx.query(
        `insert into ${schema}.erasure (erasure_id, about, seen_by, requested_at, next_at) values ($1, $2, $3, $4, $5)
         on conflict (erasure_id) do nothing`,
        [erasure_id, user_id, account_id ?? asked_in, requested_at, due_at],
      );
    },
    ErasureBegun: async (tx, { data }) => {
      const { erasure_id, begun_at } = data;
      await tx.query(`update ${schema}.erasure set begun_at = $2 where erasure_id = $1`, [erasure_id, begun_at]);
    },
    ErasureCancelled: ends,
    ErasureCertified: ends,
  },
};

export interface OpenErasure {
  erasure_id: string;
  begun_at: Date | null;
}

/** Erasures with something to do, those first that wait longest. */
export async function openErasures(pool: Pool, now: Date): Promise<OpenErasure[]> {
  const { rows } = await pool.query<OpenErasure>(
    `select erasure_id, begun_at from ${schema}.erasure where next_at <= $1 order by next_at, erasure_id limit 1000`,
    [now],
  );
  return rows;
}

/** Ids of one page of the erasures about a person, or of those that an account sees; newest first. */
export async function listErasureIds(
  pool: Pool,
  whose: { about: string } | { seenBy: string },
  { page, limit }: { page: number; limit: number },
): Promise<{ ids: string[]; meta: ReturnType<typeof pageMeta> }> {
  const [column, id] = 'about' in whose ? ['about', whose.about] : ['seen_by', whose.seenBy];
  const { rows } = await pool.query<{ erasure_id: string | null; total: string }>(
    `select e.erasure_id, counted.total
       from (select count(*) as total from ${schema}.erasure where ${column} = $1) counted
       left join lateral (
         select erasure_id from ${schema}.erasure where ${column} = $1
         order by requested_at desc, erasure_id desc limit $2 offset $3) e on true`,
    [id, limit, (page - 1) * limit],
  );
  const ids = rows.flatMap(({ erasure_id }) => erasure_id ?? []);
  return { ids, meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) };
}
