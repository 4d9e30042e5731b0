import {
  cancelImportRoute,
  downloadImportErrorsRoute,
  followImportRoute,
  getImportRoute,
  listImportErrorsRoute,
  listImportsRoute,
  Problem,
  type CurrentUserContext,
} from '@annals/contracts';
import type { EventStore, SubjectKeys } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Pool } from '@annals/postgres';
import { mount, written, type MountedRoute } from '@annals/service';
import type { ExportChanges } from '../export/follow-export.js';
import { listImportIds } from '../views/imports/list-imports.js';
import { cancelImport } from './cancel-import.js';
import type { ImportRoom } from './file/import-file.js';
import { followImport } from './follow-import.js';
import { importData } from './import-data.js';
import { importAggregate, importId } from './import-aggregate.js';
import { operationOf, type KnownImport } from './import.js';
import { allProblems, listProblems } from './report/problems.js';
import { writeReport } from './report/report-file.js';
import { known } from './request-import.js';
import { reportDays } from './work/sweep-imports.js';
import { rowsReadOf } from './work/rows-read.js';

export interface ImportParts {
  store: EventStore;
  pool: Pool;
  keys: SubjectKeys;
  objects: Objects;
  changes: ExportChanges;
  room: ImportRoom;
}

/** The shell lets nobody pass without person and account. */
export function whose(context: CurrentUserContext): { accountId: string; userId: string } {
  if (!context.account_id || !context.user_id) throw new Error('an import needs a person and an account');
  return { accountId: context.account_id, userId: context.user_id };
}

export function importRoutesOf(parts: ImportParts): MountedRoute[] {
  const { store, pool, changes } = parts;
  const load = async (context: CurrentUserContext, id: string) => {
    const { accountId, userId } = whose(context);
    const { state, revision } = await store.load(importAggregate, importId(accountId, id));
    return { state: known(state, userId), revision, of: { accountId, importId: id } };
  };
  /** With how far the first reading is, where somebody works on it. */
  const shown = async (state: KnownImport, now: string) =>
    operationOf(state, now, state.validation ? 0 : await rowsReadOf(pool, state.request.import_id));

  return [
    importData(parts),

    mount(listImportsRoute, async ({ context, query, now }) => {
      const { ids, meta } = await listImportIds(pool, whose(context), query);
      const found = await Promise.all(ids.map((id) => load(context, id)));
      return { status: 200, body: { data: await Promise.all(found.map(({ state }) => shown(state, now))), meta } };
    }),

    mount(getImportRoute, async ({ context, params, now }) => {
      const { state, revision } = await load(context, params.import_id);
      // Between two facts the reading goes on, so the revision tells nothing until there is a second one.
      return { status: 200, body: await shown(state, now), ...(state.validation ? { revision } : {}) };
    }),

    mount(followImportRoute, async ({ context, params, raw }) => {
      const { of } = await load(context, params.import_id);
      const last = raw.headers['last-event-id'];
      const lastId = Array.isArray(last) ? last[0] : last;
      const following = { store, pool, changes, now: () => new Date().toISOString() };
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        stream: (res) => followImport(following, of, lastId, res),
      };
    }),

    mount(listImportErrorsRoute, async ({ context, params, query, now }) => {
      const { state, of } = await load(context, params.import_id);
      requireReport(state, now);
      return { status: 200, body: await listProblems(pool, of, query) };
    }),

    mount(downloadImportErrorsRoute, async ({ context, params, now }) => {
      const { state, of } = await load(context, params.import_id);
      requireReport(state, now);
      return {
        status: 200,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="annals-import-${params.import_id}-errors.csv"`,
        },
        stream: (res) => writeReport(allProblems(pool, of), res),
      };
    }),

    mount(cancelImportRoute, async ({ context, params, commandId, commandHash, now }) => {
      const { accountId, userId } = whose(context);
      const outcome = await store.execute(importAggregate, importId(accountId, params.import_id), {
        ...{ id: commandId, hash: commandHash, context, now },
        decide: (state) => cancelImport({ user_id: userId, now }, state),
      });
      // Its file goes with its job: whoever works on it may be reading it.
      return written(outcome, () => undefined, 204);
    }),
  ];
}

/** @throws Problem 410 `report-expired` */
function requireReport({ finished_at }: KnownImport, now: string): void {
  if (finished_at && Date.parse(finished_at) + reportDays * 86_400_000 <= Date.parse(now)) {
    throw new Problem(410, 'report-expired', `Reports are kept for ${reportDays} days`);
  }
}
