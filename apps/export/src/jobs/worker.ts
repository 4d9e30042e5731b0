import { Problem, type RequestContext } from '@annals/contracts';
import { listen, type Pool } from '@annals/postgres';
import { withSpan, type Logger } from '@annals/service';
import { jobChannel } from './enqueue.js';
import { giveUp, runExport, type Job, type Workshop } from './run-export.js';

export interface Worker {
  /** Finishes the job at hand, then ends. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  pool: Pool;
  workshop: Workshop;
  logger: Logger;
  /** How long a worker owns a job before another may take it; 120 s unless said. */
  leaseSeconds?: number;
  maxAttempts?: number;
}

interface JobRow {
  export_id: string;
  account: string;
  requested_by: string;
  request: RequestContext;
  attempts: number;
}

/** Wakes on NOTIFY; looks by itself now and then, because a notice can be lost while the connection is away. */
const backstopMs = 5_000;

/** Works jobs off, one at a time: exports are heavy on the services they read from. */
export function startWorker(options: WorkerOptions): Worker {
  const { pool, logger } = options;
  let stopped = false;
  let wake: () => void = () => undefined;
  let woken = false;
  const ring = () => {
    woken = true;
    wake();
  };
  const listener = listen(pool.url, jobChannel, ring, {
    onConnected: ring,
    onError: (error) => logger.warn({ error }, 'notices of jobs are not heard'),
  });

  async function work(): Promise<void> {
    while (!stopped) {
      woken = false;
      const job = await claim(options).catch((error: unknown) => {
        logger.warn({ error }, 'jobs cannot be read');
        return undefined;
      });
      if (!job) {
        if (!woken) await pause();
        continue;
      }
      // The lease runs out by itself, so a job whose end could not be noted is taken up again.
      await attempt(options, job).catch((error: unknown) => logger.error({ error }, 'a job could not be ended'));
    }
  }

  function pause(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, backstopMs);
      wake = () => {
        clearTimeout(timer);
        done();
      };
      if (stopped) wake();
    });
  }

  const working = work();
  return {
    async stop() {
      stopped = true;
      wake();
      await working;
      await listener.stop();
    },
  };
}

async function claim({ pool, leaseSeconds = 120 }: WorkerOptions): Promise<JobRow | undefined> {
  const { rows } = await pool.query<JobRow>(
    `update export_job set leased_until = now() + make_interval(secs => $1), attempts = attempts + 1
       where export_id = (select export_id from export_job where leased_until < now() order by created_at
                          limit 1 for update skip locked)
     returning export_id, account, requested_by, request, attempts`,
    [leaseSeconds],
  );
  return rows[0];
}

async function attempt({ pool, workshop, logger, maxAttempts = 5 }: WorkerOptions, row: JobRow): Promise<void> {
  const job: Job = { exportId: row.export_id, accountId: row.account, userId: row.requested_by, request: row.request };
  try {
    await withSpan('export', { 'app.export_id': job.exportId, 'account.id': job.accountId }, () =>
      runExport(workshop, job),
    );
    await pool.query('delete from export_job where export_id = $1', [job.exportId]);
  } catch (error) {
    logger.warn({ error, attempt: row.attempts }, 'an export could not be done');
    if (row.attempts < maxAttempts) return retryLater(pool, row);
    await giveUp(workshop, job, new Problem(500, 'export-failed', 'The export could not be made; ask for it again'));
    await pool.query('delete from export_job where export_id = $1', [job.exportId]);
  }
}

/** 1, 2, 4, 8 seconds. */
async function retryLater(pool: Pool, row: JobRow): Promise<void> {
  await pool.query('update export_job set leased_until = now() + make_interval(secs => $2) where export_id = $1', [
    row.export_id,
    2 ** (row.attempts - 1),
  ]);
}
