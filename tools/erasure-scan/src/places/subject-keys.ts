import type { Report } from '../report.js';
import { inDatabase } from './postgres.js';

/** Whether the key database holds a key of a person, which could open what was sealed for them. */
export async function scanKeys(url: string, subject: string, report: Report): Promise<void> {
  const where = 'PostgreSQL annals_keys public.subject_keys';
  await inDatabase(url, 'annals_keys', async (pool) => {
    const { rows } = await pool.query<{ count: number }>(
      'select count(*)::int as count from subject_keys where person = $1',
      [subject],
    );
    const count = rows[0]?.count ?? 0;
    if (count > 0) report.found(where, [`${count} keys of the person`]);
  }).catch((error: unknown) => report.blind(where, error));
}
