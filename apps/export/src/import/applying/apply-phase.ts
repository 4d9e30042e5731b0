import type { ImportOutcomes, RowProblem } from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import { importAggregate, importId } from '../import-aggregate.js';
import { isOver, type KnownImport } from '../import.js';
import { noteProgress } from '../note-import.js';
import { keepProblems, placing } from '../report/problems.js';
import type { ApplyJob, ApplyParts } from './apply-batch.js';
import { applyRows, type Applied, type AppliedBatch, type RowsOfKind } from './apply-rows.js';
import { worthTelling } from './progress.js';

export interface PhaseParts extends ApplyParts {
  store: EventStore;
  pool: Pool;
  readonly now: () => Date;
}

/**
 * The second phase of an import: applies what the first one found good, from where the import's own events say that an
 * earlier worker came to. Problems stand in the report before the progress that passes them over; a cancelled import ends
 * between two batches.
 * @returns how rows ended; null when the import was over meanwhile
 * @throws Problem as `applyRows`: how far it came is noted before
 */
export async function applyPhase(
  parts: PhaseParts,
  job: ApplyJob,
  state: KnownImport,
  file: RowsOfKind,
): Promise<ImportOutcomes | null> {
  const { account_id: accountId, import_id } = state.request;
  const stream = importId(accountId, import_id);
  const place = placing();
  let told = { applied_to_row: state.applied_to_row, outcomes: state.outcomes, at: parts.now().getTime() };
  let last: Applied = told;
  let cancelled = false;

  async function onBatch({ problems, ...applied }: AppliedBatch): Promise<boolean> {
    await keepProblems(parts.pool, { accountId, importId: import_id }, problems.map(placed));
    last = applied;
    const now = { ...applied, at: parts.now().getTime() };
    if (worthTelling(told, now)) {
      await tell(applied);
      told = now;
    }
    const { state: present } = await parts.store.load(importAggregate, stream);
    cancelled = present.kind === 'known' && isOver(present);
    return !cancelled;
  }
  const placed = (problem: RowProblem) => place(problem);

  async function tell({ applied_to_row, outcomes }: Applied): Promise<void> {
    const now = parts.now().toISOString();
    await parts.store.execute(importAggregate, stream, {
      ...{ id: derivedId(import_id, `progress ${applied_to_row}`), now, accountId },
      context: { ...job.asker, ...job.request },
      decide: (present) => noteProgress({ applied_to_row, outcomes, now }, present),
    });
  }

  try {
    const { outcomes } = await applyRows(parts, job, file, last, onBatch);
    return cancelled ? null : outcomes;
  } catch (error) {
    // Who looks at an import that failed, or goes on with it, is told of all that was done.
    if (last.applied_to_row > told.applied_to_row) await tell(last);
    throw error;
  }
}
