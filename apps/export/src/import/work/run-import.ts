import { Problem } from '@annals/contracts';
import { endFile } from '../file/import-file.js';
import { isOver, type KnownImport } from '../import.js';
import { importerOf, requireMayStill } from '../may-import.js';
import { fail, succeed } from '../note-import.js';
import { apply } from './apply.js';
import { validate } from './validate.js';
import { fileOf, loadImport, tell, type ImportJob, type ImportWorkshop } from './workshop.js';

/**
 * Does one import from where it stands: every row is read and checked, then those that are to be are applied. Safe to repeat
 * after a crash at any point: events have ids derived from the import, and rows theirs.
 */
export async function runImport(workshop: ImportWorkshop, job: ImportJob, signal: AbortSignal): Promise<void> {
  let state = await loadImport(workshop, job);
  try {
    state = await advanced(workshop, job, state, signal);
  } catch (error) {
    // What the person can do something about, or nobody can, ends the import; everything else is tried again.
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    await giveUpImport(workshop, job, error);
    return;
  }
  await endFile(workshop, workshop.pool, fileOf(state), workshop.now().toISOString());
}

async function advanced(
  workshop: ImportWorkshop,
  job: ImportJob,
  from: KnownImport,
  signal: AbortSignal,
): Promise<KnownImport> {
  if (isOver(from)) return from;
  const asker = await importerOf(workshop.store, job, job.importId);
  await requireMayStill(workshop, from.request.kind, asker, job.request);
  const state = from.validation ? from : await validate(workshop, job, from, signal);
  if (isOver(state)) return state;
  if (state.request.dry_run) return ended(workshop, job, state);
  const { rows, refused_rows } = state.validation!;
  if (refused_rows > 0 && state.request.on_error === 'stop') {
    throw new Problem(409, 'rows-refused', `${refused_rows} of ${rows} rows have problems; nothing was applied`);
  }
  // Validation took its time, and rights may have ended since.
  await requireMayStill(workshop, state.request.kind, asker, job.request);
  return apply(workshop, job, state, asker, signal);
}

const ended = (workshop: ImportWorkshop, job: ImportJob, { outcomes }: KnownImport): Promise<KnownImport> =>
  tell(workshop, job, 'succeed', (state) => succeed({ outcomes, now: workshop.now().toISOString() }, state));

/** Ends an import that will never be done. About somebody who was erased only the code is said. */
export async function giveUpImport(workshop: ImportWorkshop, job: ImportJob, { code, detail }: Problem): Promise<void> {
  const now = workshop.now().toISOString();
  const failed = (words: string | null) =>
    tell(workshop, job, 'fail', (current) => fail({ code, detail: words, now }, current));
  const state = await failed(detail).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'subject-erased') return failed(null);
    throw error;
  });
  await endFile(workshop, workshop.pool, fileOf(state), now);
}
