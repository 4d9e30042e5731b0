import { serviceIdentity } from '@annals/auth';
import { Problem, type CurrentUserContext, type DomainEvent, type RequestContext } from '@annals/contracts';
import { derivedId, type EventStore, type SubjectKeys } from '@annals/event-store';
import { digest, renderDocument, renderPart, type RenderedPart } from '../document/document.js';
import { documentName, sealDocument } from '../document/sealed-document.js';
import { requireStanding } from '../document/require-standing.js';
import { gatherPart, type Sources } from '../document/sources.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { isOver, type ExportState } from '../export/export.js';
import { fail, notePart, succeed } from '../export/gather.js';
import type { Objects } from '@annals/objects';

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
  sources: Sources;
  /** How long a finished document may be fetched, in hours. */
  lifetimeHours: number;
  readonly now: () => Date;
}

/**
 * Does one export from where it stands. Safe to repeat after a crash at any point: events have ids derived from the
 * export, and the document is put in place before the event that says so.
 */
export async function runExport(workshop: Workshop, job: Job): Promise<void> {
  const { state } = await workshop.store.load(exportAggregate, exportId(job.accountId, job.exportId));
  if (state.kind === 'none') throw new Error(`export ${job.exportId} was never asked for`);
  if (isOver(state)) return removeUnlessWanted(workshop, job, state);
  try {
    await requireStanding(workshop.store, job);
    const parts: RenderedPart[] = [];
    let size = 0;
    for (const part of state.request.include) {
      const { content, items } = await gatherPart(workshop.sources, part, job, job.request);
      const rendered = renderPart(part, content, items);
      size += rendered.json.length;
      if (size > state.request.limit_bytes) throw tooLarge(state.request.limit_bytes);
      parts.push(rendered);
      const after = await tell(workshop, job, `part ${part}`, (current) =>
        notePart({ part, items, sha256: rendered.sha256 }, current),
      );
      if (after.kind === 'known' && after.status === 'cancelled') return;
    }
    // Once more, because gathering takes its time: a document comes to be only for who may have it.
    await requireStanding(workshop.store, job);
    const now = workshop.now();
    const document = renderDocument(state, parts, now.toISOString());
    await sealDocument(workshop.objects, workshop.keys, placeOf(job), document);
    const expires = new Date(now.getTime() + workshop.lifetimeHours * 3_600_000).toISOString();
    const after = await tell(workshop, job, 'succeed', (current) =>
      succeed(
        { size_bytes: document.length, sha256: digest(document), now: now.toISOString(), expires_at: expires },
        current,
      ),
    );
    await removeUnlessWanted(workshop, job, after);
  } catch (error) {
    // What the person can do something about, or nobody can, ends the export; everything else is tried again.
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    await giveUp(workshop, job, error);
  }
}

/** A document that was put in place while its export was cancelled is nobody's. */
async function removeUnlessWanted({ objects }: Workshop, job: Job, state: ExportState): Promise<void> {
  if (state.kind === 'known' && state.status === 'cancelled') await objects.remove(placeOf(job).name);
}

/** Ends an export that will never be done. */
export async function giveUp(workshop: Workshop, job: Job, reason: Problem): Promise<void> {
  const now = workshop.now().toISOString();
  await tell(workshop, job, 'fail', (state) => fail({ code: reason.code, detail: reason.detail, now }, state));
}

export const placeOf = (job: { accountId: string; exportId: string; userId: string }) => ({
  subject: job.userId,
  accountId: job.accountId,
  name: documentName(job.accountId, job.exportId),
});

const tooLarge = (limit: number) =>
  new Problem(413, 'export-too-large', `This export would be larger than ${limit} bytes; ask for fewer parts`);

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
