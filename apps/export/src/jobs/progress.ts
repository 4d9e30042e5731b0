import { notify, type Pool } from '@annals/postgres';
import { z } from 'zod';

/** How far the step at hand is: a part that is read, or the document that is made of them. */
export const Progress = z.object({ step: z.string(), items: z.number(), bytes: z.number() });
export type Progress = z.infer<typeof Progress>;

/** Told often: after each item that is read. */
export type TellProgress = (progress: Progress) => void;
export const noProgress: TellProgress = () => undefined;

/** Channel on which the id of an export is named that got on. */
export const progressChannel = 'export_progress';

const everyMs = 1_000;

/**
 * Notes progress beside the job once a second, for whoever follows in any process. It is no fact: it may be lost, and goes
 * with the job.
 */
export function keepProgress(
  pool: Pool,
  exportId: string,
  onError: (error: unknown) => void,
  now: () => number = () => performance.now(),
): TellProgress {
  let last = now();
  return (progress) => {
    if (now() - last < everyMs) return;
    last = now();
    pool
      .query('update export_job set progress = $2 where export_id = $1', [exportId, JSON.stringify(progress)])
      .then(() => notify(pool, progressChannel, exportId))
      .catch(onError);
  };
}

/** How far the job of an export is; null when nobody works on it, or has not begun to tell. */
export async function progressOf(pool: Pick<Pool, 'query'>, exportId: string): Promise<Progress | null> {
  const { rows } = await pool.query<{ progress: unknown }>('select progress from export_job where export_id = $1', [
    exportId,
  ]);
  return Progress.nullish().parse(rows[0]?.progress) ?? null;
}
