import { Problem, type RequestContext } from '@annals/contracts';
import { listen, type Pool } from '@annals/postgres';
import { withSpan, type Logger } from '@annals/service';
import { jobChannel } from './enqueue.js';
import { keepProgress } from './progress.js';
import { sweepExports } from './sweep-exports.js';
import { giveUp, runExport, type Job, type Workshop } from './run-export.js';

export interface Worker {
  /** Finishes the job at hand, then ends. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  pool: Pool;
  workshop: Workshop;
  logger: Logger;
  /** How long after the last sign of life of its worker a job may be taken by another; 20 s unless said. */
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
/** Between two looks for documents whose time is over. */
const sweepEveryMs = 60_000;
/** Short, because a killed worker's job waits for its end; a living one renews it three times within. */
const defaultLease = 20;

/** Works jobs off, one at a time: exports are heavy on the services they read from. */
export function startWorker(options: WorkerOptions): Worker {
  const { pool, logger, workshop } = options;
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
      await sweepWhenDue();
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

  let sweptAt = -Infinity;
  async function sweepWhenDue(): Promise<void> {
    if (performance.now() - sweptAt < sweepEveryMs) return;
    sweptAt = performance.now();
    await sweepExports({ ...workshop, pool }).catch((error: unknown) => {
      logger.warn({ error }, 'documents whose time is over could not be removed');
    });
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

async function claim({ pool, leaseSeconds = defaultLease }: WorkerOptions): Promise<JobRow | undefined> {
  const { rows } = await pool.query<JobRow>(
    `update export_job set leased_until = now() + make_interval(secs => $1), attempts = attempts + 1
       where export_id = (select export_id from export_job where leased_until < now() order by created_at
                          limit 1 for update skip locked)
     returning export_id, account, requested_by, request, attempts`,
    [leaseSeconds],
  );
  return rows[0];
}

async function attempt(options: WorkerOptions, row: JobRow): Promise<void> {
  const { pool, workshop, logger, maxAttempts = 5 } = options;
  const job: Job = { exportId: row.export_id, accountId: row.account, userId: row.requested_by, request: row.request };
  try {
    await whileKept(options, row, () =>
      withSpan('export', { 'app.export_id': job.exportId, 'account.id': job.accountId }, () =>
        runExport(
          workshop,
          job,
          keepProgress(pool, job.exportId, (error) => logger.warn({ error }, 'progress could not be noted')),
        ),
      ),
    );
    await pool.query('delete from export_job where export_id = $1', [job.exportId]);
  } catch (error) {
    logger.warn({ error, attempt: row.attempts }, 'an export could not be done');
    if (row.attempts < maxAttempts) return retryLater(pool, row);
    await giveUp(workshop, job, new Problem(500, 'export-failed', 'The export could not be made; ask for it again'));
    await pool.query('delete from export_job where export_id = $1', [job.exportId]);
  }
}

/** Renews the lease while the job is worked on; not when another has taken it, which counted one attempt more. */
async function whileKept<T>(options: WorkerOptions, row: JobRow, work: () => Promise<T>): Promise<T> {
  const { pool, logger, leaseSeconds = defaultLease } = options;
  const text =
    'update export_job set leased_until = now() + make_interval(secs => $2) where export_id = $1 and attempts = $3';
  const renew = () =>
    pool.query(text, [row.export_id, leaseSeconds, row.attempts]).catch((error: unknown) => {
      logger.warn({ error }, 'the lease of a job could not be renewed');
    });
  const timer = setInterval(() => void renew(), (leaseSeconds * 1000) / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** 1, 2, 4, 8 seconds. */
async function retryLater(pool: Pool, row: JobRow): Promise<void> {
  await pool.query('update export_job set leased_until = now() + make_interval(secs => $2) where export_id = $1', [
    row.export_id,
    2 ** (row.attempts - 1),
  ]);
}
