import { notify, type Pool } from '@annals/postgres';
import { progressChannel } from '../../jobs/progress.js';

const everyMs = 1_000;

/**
 * Notes beside the job how many rows were read, once a second, for whoever follows in any process. It is no fact: it may be
 * lost, and goes with the job.
 */
export function keepRowsRead(pool: Pool, importId: string, now: () => number = () => performance.now()) {
  let last = now();
  return async (rows: number): Promise<void> => {
    if (now() - last < everyMs) return;
    last = now();
    await pool.query('update import_job set rows_read = $2 where import_id = $1', [importId, rows]);
    await notify(pool, progressChannel, importId);
  };
}

/** How many rows of an import were read; 0 when nobody works on it. */
export async function rowsReadOf(pool: Pick<Pool, 'query'>, importId: string): Promise<number> {
  const { rows } = await pool.query<{ rows_read: number }>('select rows_read from import_job where import_id = $1', [
    importId,
  ]);
  return rows[0]?.rows_read ?? 0;
}
