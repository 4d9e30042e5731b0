import { Problem } from '@annals/contracts';
import { withSpan, type Logger } from '@annals/service';
import { importChannel } from './enqueue-import.js';
import { type LeasedJob, type LeasedJobs, startLeasedJobs } from '../../jobs/leased-jobs.js';
import { giveUpImport, runImport } from './run-import.js';
import { sweepImports } from './sweep-imports.js';
import type { ImportJob, ImportWorkshop } from './workshop.js';

const jobOf = ({ id, account, requested_by, request }: LeasedJob): ImportJob => ({
  ...{ importId: id, accountId: account, userId: requested_by, request },
});

/** Works imports off, one at a time: they are heavy on the services that they write to. */
export const startImportWorker = (workshop: ImportWorkshop, logger: Logger, leaseSeconds?: number): LeasedJobs =>
  startLeasedJobs({
    ...{ pool: workshop.pool, logger, table: 'import_job', key: 'import_id', channel: importChannel, leaseSeconds },
    run: (row, signal) => {
      const job = jobOf(row);
      return withSpan('import', { 'app.import_id': job.importId, 'account.id': job.accountId }, () =>
        runImport(workshop, job, signal),
      );
    },
    giveUp: (row) =>
      giveUpImport(
        workshop,
        jobOf(row),
        new Problem(500, 'import-failed', 'The import could not be done; what it has applied stays'),
      ),
    sweep: () => sweepImports(workshop),
  });
