import type { Purpose } from '@annals/contracts';
import type { Pool } from './pool.js';

/** Periods for which there are keys of a purpose, oldest first. */
export async function periodsWithKeys(pool: Pool, purpose: Purpose): Promise<string[]> {
  const { rows } = await pool.query<{ period: string }>(
    'select distinct period from subject_keys where purpose = $1 order by period',
    [purpose],
  );
  return rows.map(({ period }) => period);
}

/** Up to `limit` subjects with a key of this purpose and period, in order, after one of them. */
export async function subjectsWithKeys(
  pool: Pool,
  purpose: Purpose,
  period: string,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await pool.query<{ subject: string }>(
    `select subject from subject_keys where purpose = $1 and period = $2 and subject > $3 order by subject limit $4`,
    [purpose, period, after, limit],
  );
  return rows.map(({ subject }) => subject);
}

/** How many of these subjects have a key of this purpose and period. */
export async function countKeys(
  pool: Pool,
  purpose: Purpose,
  period: string,
  subjects: readonly string[],
): Promise<number> {
  const { rows } = await pool.query<{ keys: string }>(
    'select count(*) as keys from subject_keys where purpose = $1 and period = $2 and subject = any($3)',
    [purpose, period, subjects],
  );
  return Number(rows[0]?.keys ?? 0);
}

/** Removes the keys of one purpose and period for good, of these subjects. @returns whose keys were there */
export async function retireKeys(
  pool: Pool,
  purpose: Purpose,
  period: string,
  subjects: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ subject: string }>(
    'delete from subject_keys where purpose = $1 and period = $2 and subject = any($3) returning subject',
    [purpose, period, subjects],
  );
  return rows.map(({ subject }) => subject);
}
