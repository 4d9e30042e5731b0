import type { ImportedMember, ImportedSelf, RowProblem } from '@annals/contracts';
import { type Asker, workingFor } from '../../account/asker.js';
import { applyPhase } from '../applying/apply-phase.js';
import type { RowsOfKind } from '../applying/apply-rows.js';
import type { KnownImport } from '../import.js';
import { succeed } from '../note-import.js';
import type { ImportRow } from '../row.js';
import { rowsOf } from './validate.js';
import { loadImport, tell, type ImportJob, type ImportWorkshop } from './workshop.js';

/**
 * Applies the rows that have no problem, from where an earlier worker came to. Cancelled meanwhile, it ends between two
 * batches; what is applied stays.
 * @throws Problem 403 when whoever imports may do so no longer; 409 `rows-refused`; 5xx when a service stays away
 */
export async function apply(
  workshop: ImportWorkshop,
  job: ImportJob,
  state: KnownImport,
  asker: Asker,
  signal: AbortSignal,
): Promise<KnownImport> {
  const { notify, overwrite, on_error } = state.request;
  const who = { ...workingFor(asker), user_id: job.userId };
  const applying = { import_id: job.importId, asker: who, request: job.request, notify, overwrite, on_error, signal };
  const outcomes = await applyPhase(workshop, applying, state, fileRows(workshop, state));
  if (!outcomes) return loadImport(workshop, job);
  const now = workshop.now().toISOString();
  return tell(workshop, job, 'succeed', (known) => succeed({ outcomes, now }, known));
}

/** `readRows` and `readSelf` give what the kind says. */
function fileRows(workshop: ImportWorkshop, state: KnownImport): RowsOfKind {
  const rows = rowsOf(workshop, state);
  return state.request.kind === 'self'
    ? { kind: 'self', rows: rows as AsyncIterable<ImportRow<ImportedSelf> | RowProblem> }
    : { kind: 'members', rows: rows as AsyncIterable<ImportRow<ImportedMember> | RowProblem> };
}
