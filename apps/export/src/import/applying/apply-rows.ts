import {
  noOutcomes,
  Problem,
  type ImportedMember,
  type ImportedSelf,
  type ImportKind,
  type ImportOutcomes,
  type RowProblem,
} from '@annals/contracts';
import type { ImportRow } from '../row.js';
import { applyMembers, applySelf, type AppliedRow, type ApplyJob, type ApplyParts } from './apply-batch.js';
import { batchesOf } from './batches.js';

/** How far an import has come: everything up to and with a row is applied, or refused for good. */
export interface Applied {
  applied_to_row: number;
  /** Of all rows so far. */
  outcomes: ImportOutcomes;
}

/** What one batch came to. */
export interface AppliedBatch extends Applied {
  /** Of this batch alone. After a crash a batch is told again, with the same problems. */
  problems: readonly RowProblem[];
}

/** What the rows of a file are. */
export type RowsOfKind =
  | { kind: Extract<ImportKind, 'members'>; rows: AsyncIterable<ImportRow<ImportedMember> | RowProblem> }
  | { kind: Extract<ImportKind, 'self'>; rows: AsyncIterable<ImportRow<ImportedSelf> | RowProblem> };

export const nothingApplied: Applied = { applied_to_row: 0, outcomes: noOutcomes };

/**
 * Applies the rows of a file in their order, batch by batch. Every id follows from the import and the row: what was applied
 * after the last progress anybody remembers is applied again, and makes nothing twice.
 * @param from where an earlier worker came to; rows up to there are passed over
 * @param onBatch is told of each batch before the next one begins; false ends the work there: what is applied stays
 * @returns how far it came
 * @throws Problem 409 `rows-refused` where the first refusal is to end it; 403 when whoever imports may do so no longer;
 *   5xx when a service stays away
 */
export async function applyRows(
  parts: ApplyParts,
  job: ApplyJob,
  file: RowsOfKind,
  from: Applied,
  onBatch: (batch: AppliedBatch) => Promise<boolean>,
): Promise<Applied> {
  const done =
    file.kind === 'members'
      ? appliedBatches(file.rows, from.applied_to_row, (batch) => applyMembers(parts, job, batch))
      : appliedBatches(file.rows, from.applied_to_row, (batch) => applySelf(parts, job, batch));
  let { applied_to_row, outcomes } = from;
  for await (const rows of done) {
    applied_to_row = rows.at(-1)!.row;
    outcomes = rows.reduce((sum, { outcome }) => ({ ...sum, [outcome]: sum[outcome] + 1 }), outcomes);
    const problems = rows.flatMap((row) => row.problems);
    if (!(await onBatch({ applied_to_row, outcomes, problems }))) break;
    if (job.on_error === 'stop' && rows.some(({ outcome }) => outcome === 'refused')) throw rowsRefused();
    job.signal.throwIfAborted();
  }
  return { applied_to_row, outcomes };
}

const rowsRefused = () =>
  new Problem(
    409,
    'rows-refused',
    'A row could not be applied: the import ended there, and what was applied before stays',
  );

async function* appliedBatches<V>(
  rows: AsyncIterable<ImportRow<V> | RowProblem>,
  from: number,
  apply: (batch: readonly ImportRow<V>[]) => Promise<AppliedRow[]>,
): AsyncGenerator<AppliedRow[]> {
  for await (const batch of batchesOf(rows, from)) yield await apply(batch);
}
