import type { CurrentUserContext, DomainEvent, RequestContext } from '@annals/contracts';
import { derivedId, type EventStore, type SubjectKeys } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Pool } from '@annals/postgres';
import type { InternalClient } from '@annals/service';
import { serviceIdentity } from '@annals/auth';
import { importAggregate, importId } from '../import-aggregate.js';
import type { ImportState, KnownImport } from '../import.js';
import type { ImportFile } from '../file/import-file.js';

/** What an import is done with. */
export interface ImportWorkshop {
  store: EventStore;
  pool: Pool;
  keys: SubjectKeys;
  objects: Objects;
  identity: InternalClient;
  profile: InternalClient;
  readonly now: () => Date;
}

export interface ImportJob {
  importId: string;
  accountId: string;
  userId: string;
  request: RequestContext;
}

export async function loadImport({ store }: Pick<ImportWorkshop, 'store'>, job: ImportJob): Promise<KnownImport> {
  const { state } = await store.load(importAggregate, importId(job.accountId, job.importId));
  if (state.kind === 'none') throw new Error(`import ${job.importId} was never asked for`);
  return state;
}

export const fileOf = (state: KnownImport): ImportFile => ({
  fileId: state.request.file_id,
  importId: state.request.import_id,
  accountId: state.request.account_id,
  userId: state.request.user_id,
});

/** Writes what a step came to, once: its id follows from the import and the step. */
export async function tell(
  { store, now }: Pick<ImportWorkshop, 'store' | 'now'>,
  job: ImportJob,
  step: string,
  decide: (state: ImportState) => readonly DomainEvent[],
): Promise<KnownImport> {
  const identity = serviceIdentity('svc:export', { accountId: job.accountId, userId: job.userId });
  const context: CurrentUserContext = { ...identity, ...job.request };
  const { state } = await store.execute(importAggregate, importId(job.accountId, job.importId), {
    ...{ id: derivedId(job.importId, step), context, now: now().toISOString(), decide },
  });
  return state as KnownImport;
}
