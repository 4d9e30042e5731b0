import type { RowProblem } from '@annals/contracts';
import { openFile } from '../file/import-file.js';
import { isOver, type KnownImport } from '../import.js';
import { noteValidated } from '../note-import.js';
import type { ReadOptions } from '../reading/options.js';
import { readRows, readSelf } from '../reading/read-rows.js';
import { keepProblems, mostProblems, placing, type PlacedProblem } from '../report/problems.js';
import { isRow, type ImportRow } from '../row.js';
import { keepRowsRead } from './rows-read.js';
import { fileOf, loadImport, tell, type ImportJob, type ImportWorkshop } from './workshop.js';

const problemsAtOnce = 500;
/** Rows between two looks whether the import was cancelled meanwhile, or this process goes away. */
const rowsBetweenLooks = 500;

export const optionsOf = ({ request }: KnownImport): ReadOptions => ({
  ...{ kind: request.kind, format: request.format, mapping: request.mapping, csvSafe: request.csv_safe },
  accountId: request.account_id,
});

/** The rows of the file, read anew. */
export function rowsOf(workshop: ImportWorkshop, state: KnownImport): AsyncIterable<ImportRow<unknown> | RowProblem> {
  const source = openFile(workshop, fileOf(state));
  return state.request.kind === 'self' ? readSelf(source, optionsOf(state)) : readRows(source, optionsOf(state));
}

/**
 * Reads the whole file and keeps what is wrong with its rows; nothing is applied. Repeated after a crash it finds the same
 * again and keeps it once.
 * @throws Problem 415 or 422 when the file cannot be taken, 410 `subject-erased`
 */
export async function validate(
  workshop: ImportWorkshop,
  job: ImportJob,
  state: KnownImport,
  signal: AbortSignal,
): Promise<KnownImport> {
  const of = { accountId: job.accountId, importId: job.importId };
  const placed = placing();
  const noteRead = keepRowsRead(workshop.pool, job.importId);
  let waiting: PlacedProblem[] = [];
  let [rows, refused_rows, problems, looked] = [0, 0, 0, 0];
  for await (const read of rowsOf(workshop, state)) {
    if (!isRow(read)) {
      if (read.row > rows) refused_rows++;
      if (++problems <= mostProblems) waiting.push(placed(read));
    }
    rows = Math.max(rows, read.row);
    if (waiting.length >= problemsAtOnce) {
      await keepProblems(workshop.pool, of, waiting);
      waiting = [];
    }
    if (rows < looked + rowsBetweenLooks) continue;
    looked = rows;
    signal.throwIfAborted();
    await noteRead(rows);
    const current = await loadImport(workshop, job);
    if (isOver(current)) return current;
  }
  await keepProblems(workshop.pool, of, waiting);
  const validated_at = workshop.now().toISOString();
  return tell(workshop, job, 'validated', (current) =>
    noteValidated({ rows, refused_rows, problems, validated_at }, current),
  );
}
