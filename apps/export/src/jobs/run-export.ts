import { serviceIdentity } from '@annals/auth';
import {
  type CurrentUserContext,
  type DomainEvent,
  type ExportScope,
  Problem,
  type RequestContext,
} from '@annals/contracts';
import { derivedId, type EventStore, type SubjectKeys } from '@annals/event-store';
import { ObjectNotFound, type Objects } from '@annals/objects';
import { renderExport, tooLarge } from '../document/render-export.js';
import { documentName } from '../document/sealed-document.js';
import { isStaged, removeOthers, stagePart, stagingPrefix } from '../document/staged.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { isOver, type ExportState, type KnownExport } from '../export/export.js';
import { fail, notePart, succeed } from '../export/gather.js';
import type { Section, SectionsOf } from '../section/section.js';
import { noProgress, type TellProgress } from './progress.js';

export interface Job {
  exportId: string;
  accountId: string;
  userId: string;
  request: RequestContext;
}

export interface Workshop {
  store: EventStore;
  keys: SubjectKeys;
  objects: Objects;
  /** Which sections an export of each scope has. */
  sections: Readonly<Record<ExportScope, SectionsOf>>;
  /** Whether who asked for one of each scope may still have it. @throws Problem 403 with the reason */
  requireRight: Readonly<Record<ExportScope, (job: Job) => Promise<void>>>;
  /** How long a finished document may be fetched, in hours. */
  lifetimeHours: number;
  readonly now: () => Date;
}

/** Ends the work of an export that is over by now. */
class Over extends Error {
  constructor(readonly state: KnownExport) {
    super('the export is over');
  }
}

const watchMs = 2_000;

/** Whoever cancels a long export does not wait for the end of the part at hand. */
function watchEnd({ store }: Workshop, job: Job): { signal: AbortSignal; stop: () => void } {
  const ended = new AbortController();
  const look = async () => {
    const { state } = await store.load(exportAggregate, exportId(job.accountId, job.exportId));
    if (state.kind === 'known' && isOver(state)) ended.abort(new Over(state));
  };
  // A look that fails tells nothing: the next write will.
  const timer = setInterval(() => void look().catch(() => undefined), watchMs);
  return { signal: ended.signal, stop: () => clearInterval(timer) };
}

/**
 * Does one export from where it stands. Safe to repeat after a crash at any point: each part that was read is noted with
 * the place where it lies, the document is made of those alone, and put in place before the event that says so.
 */
export async function runExport(workshop: Workshop, job: Job, progress: TellProgress = noProgress): Promise<void> {
  const { state } = await workshop.store.load(exportAggregate, exportId(job.accountId, job.exportId));
  if (state.kind === 'none' || state.request.user_id !== job.userId) {
    throw new Error(`export ${job.exportId} was never asked for`);
  }
  if (isOver(state)) return tidy(workshop, job, state);
  const { signal, stop } = watchEnd(workshop, job);
  try {
    const { include, scope } = state.request;
    await workshop.requireRight[scope](job);
    const sections = workshop.sections[scope](include, job, job.request);
    const gathered = await gather(workshop, job, state, sections, progress, signal);
    // Once more, because gathering takes its time: a document comes to be only for who may have it.
    await workshop.requireRight[scope](job);
    const document = await renderExport(workshop, gathered, sections, (bytes) => {
      signal.throwIfAborted();
      progress({ step: 'document', items: 0, bytes });
    });
    const now = workshop.now();
    const expires_at = new Date(now.getTime() + workshop.lifetimeHours * 3_600_000).toISOString();
    const after = await tell(workshop, job, 'succeed', (current) =>
      succeed({ ...document, now: now.toISOString(), expires_at }, current),
    );
    await tidy(workshop, job, after);
  } catch (error) {
    if (error instanceof Over) return tidy(workshop, job, error.state);
    // What the person can do something about, or nobody can, ends the export; everything else is tried again, as when
    // another worker took a part away before it was noted.
    if (!(error instanceof Problem) || error.status >= 500 || error instanceof ObjectNotFound) throw error;
    await giveUp(workshop, job, error);
  } finally {
    stop();
  }
}

/** Reads the parts that are not there yet, and notes each. @throws Over when the export ended meanwhile */
async function gather(
  workshop: Workshop,
  job: Job,
  state: KnownExport,
  sections: readonly Section[],
  progress: TellProgress,
  signal: AbortSignal,
): Promise<KnownExport> {
  let current = state;
  await removeOthers(workshop, job, stagedOf(current));
  for (const section of sections) {
    const noted = current.gathered.find(({ part }) => part === section.part);
    if (noted?.staged && (await isStaged(workshop, { ...job, staged: noted.staged }))) continue;
    const limit = current.request.limit_bytes;
    const others = current.gathered.filter(({ part }) => part !== section.part);
    const before = others.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
    const staged = await stagePart(
      ...([workshop, section, job] as const),
      ({ items, bytes }) => {
        if (before + bytes > limit) throw tooLarge(limit);
        progress({ step: section.part, items, bytes });
      },
      signal,
    );
    const after = await tell(workshop, job, `part ${section.part} ${staged.staged}`, (latest) =>
      notePart(
        { part: section.part, ...staged, gathered_at: workshop.now().toISOString(), instead: noted?.staged ?? null },
        latest,
      ),
    );
    if (after.kind === 'none') throw new Error('an export that was noted is known');
    if (isOver(after)) throw new Over(after);
    current = after;
  }
  return current;
}

const stagedOf = ({ gathered }: KnownExport): Set<string> =>
  new Set(gathered.flatMap(({ staged }) => (staged ? [staged] : [])));

/** What lay there for the making goes, and so does a document that was put in place while its export was cancelled. */
async function tidy({ objects }: Workshop, job: Job, state: ExportState): Promise<void> {
  await objects.removeAll(stagingPrefix(job.accountId, job.exportId));
  if (state.kind === 'known' && state.status !== 'succeeded') {
    await objects.remove(documentName(job.accountId, job.exportId));
  }
}

/** Ends an export that will never be done. */
export async function giveUp(workshop: Workshop, job: Job, reason: Problem): Promise<void> {
  const now = workshop.now().toISOString();
  const after = await tell(workshop, job, 'fail', (state) =>
    fail({ code: reason.code, detail: reason.detail, now }, state),
  );
  await tidy(workshop, job, after);
}

async function tell(
  { store, now }: Workshop,
  job: Job,
  step: string,
  decide: (state: ExportState) => readonly DomainEvent[],
): Promise<ExportState> {
  const identity = serviceIdentity('svc:export', { accountId: job.accountId, userId: job.userId });
  const context: CurrentUserContext = { ...identity, ...job.request };
  const id = derivedId(job.exportId, step);
  const outcome = await store.execute(exportAggregate, exportId(job.accountId, job.exportId), {
    id,
    context,
    now: now().toISOString(),
    decide,
  });
  return outcome.state;
}
