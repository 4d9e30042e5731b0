import { Problem } from '@annals/contracts';
import type { Pool } from '@annals/postgres';
import { withSpan, type Logger } from '@annals/service';
import { jobChannel } from './enqueue.js';
import { startLeasedJobs, type LeasedJob, type LeasedJobs } from './leased-jobs.js';
import { keepProgress } from './progress.js';
import { giveUp, runExport, type Job, type Workshop } from './run-export.js';
import { sweepExports } from './sweep-exports.js';

export interface WorkerOptions {
  pool: Pool;
  workshop: Workshop;
  logger: Logger;
  /** How long after the last sign of life of its worker a job may be taken by another; 20 s unless said. */
  leaseSeconds?: number;
  maxAttempts?: number;
}

const jobOf = ({ id, account, requested_by, request }: LeasedJob): Job => ({
  exportId: id,
  accountId: account,
  userId: requested_by,
  request,
});

/** Works exports off, one at a time: they are heavy on the services they read from. The one at hand is finished at a stop. */
export function startWorker({ pool, workshop, logger, ...patience }: WorkerOptions): LeasedJobs {
  const onError = (error: unknown) => logger.warn({ error }, 'progress could not be noted');
  const failed = () => new Problem(500, 'export-failed', 'The export could not be made; ask for it again');
  return startLeasedJobs({
    ...{ pool, logger, table: 'export_job', key: 'export_id', channel: jobChannel, ...patience },
    run: async (leased) => {
      const job = jobOf(leased);
      await withSpan('export', { 'app.export_id': job.exportId, 'account.id': job.accountId }, () =>
        runExport(workshop, job, keepProgress(pool, job.exportId, onError)),
      );
    },
    giveUp: (leased) => giveUp(workshop, jobOf(leased), failed()),
    sweep: () => sweepExports({ ...workshop, pool }),
  });
}
