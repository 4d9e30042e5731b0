import { Problem } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { dropFile, endFile, type ImportFile } from '../file/import-file.js';
import { importAggregate, importId } from '../import-aggregate.js';
import { isOver } from '../import.js';
import { removeProblems } from '../report/problems.js';
import { giveUpImport } from './run-import.js';
import type { ImportJob, ImportWorkshop } from './workshop.js';

/** How long what is wrong with rows may be looked up after the end of an import. */
export const reportDays = 30;
/** Longest life of a file, whatever becomes of its import. */
const fileDays = 7;
/** Longer than any upload takes. */
const uploadHours = 1;
const pageSize = 100;

interface FileRow {
  file_id: string;
  import_id: string;
  account: string;
  owner: string;
  noted_at: Date;
}

const hourMs = 3_600_000;
const fileOf = ({ file_id, import_id, account, owner }: FileRow): ImportFile => ({
  ...{ fileId: file_id, importId: import_id, accountId: account, userId: owner },
});

/**
 * Removes files of uploads that came to be no import, of imports that are over, and of those that did not get done in a week;
 * and reports whose time is over. Safe to repeat, and in several processes at once.
 */
export async function sweepImports(workshop: ImportWorkshop): Promise<void> {
  const { pool, now } = workshop;
  const before = (hours: number) => new Date(now().getTime() - hours * hourMs);
  const files = await pool.query<FileRow>(
    'select * from import_file where ended_at is null and noted_at <= $1 order by noted_at limit $2',
    [before(uploadHours), pageSize],
  );
  const failed: unknown[] = [];
  // One that cannot be settled must not keep those that come after it.
  for (const row of files.rows) {
    await settle(workshop, row, before(fileDays * 24)).catch((error: unknown) => failed.push(error));
  }
  const reports = await pool.query<FileRow>('select * from import_file where ended_at <= $1 limit $2', [
    before(reportDays * 24),
    pageSize,
  ]);
  for (const row of reports.rows) {
    await removeProblems(pool, { accountId: row.account, importId: row.import_id });
    await pool.query('delete from import_file where file_id = $1', [row.file_id]);
  }
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} files of imports could not be settled`);
}

async function settle(workshop: ImportWorkshop, row: FileRow, oldest: Date): Promise<void> {
  const file = fileOf(row);
  const { state } = await workshop.store.load(importAggregate, importId(row.account, row.import_id));
  const isOfImport = state.kind === 'known' && state.request.file_id === row.file_id;
  if (!isOfImport) await dropFile(workshop, workshop.pool, file);
  else if (isOver(state)) await endFile(workshop, workshop.pool, file, workshop.now().toISOString());
  else if (row.noted_at <= oldest) {
    await giveUpImport(
      workshop,
      jobOf(file, workshop),
      new Problem(410, 'import-expired', 'It did not get done in a week'),
    );
  }
}

/** The sweeper's own work: nobody asked for it in this moment. */
const jobOf = ({ importId: id, accountId, userId }: ImportFile, { now }: ImportWorkshop): ImportJob => ({
  ...{ importId: id, accountId, userId },
  request: {
    ...{ request_id: uuidv7(), transaction_id: uuidv7(), correlation_id: id, causation_id: id },
    ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now().toISOString() },
  },
});
