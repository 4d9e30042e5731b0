import {
  cancelExportRoute,
  downloadExportRoute,
  followExportRoute,
  getExportRoute,
  listExportsRoute,
  requestExportRoute,
  type CurrentUserContext,
} from '@annals/contracts';
import { derivedId, type EventStore, type SubjectKeys } from '@annals/event-store';
import type { Pool, ProjectionRunner } from '@annals/postgres';
import { mount, written, type MountedRoute } from '@annals/service';
import { fileKindOf } from '../document/render.js';
import { checkDocument, documentName, sendDocument } from '../document/sealed-document.js';
import { progressOf } from '../jobs/progress.js';
import type { Objects } from '@annals/objects';
import { listExportIds } from '../views/exports/list-exports.js';
import { cancelExport } from './cancel-export.js';
import { downloadExport } from './download-export.js';
import type { ExportState } from './export.js';
import { exportAggregate, exportId } from './export-aggregate.js';
import { followExport, type ExportChanges } from './follow-export.js';
import { operationOf } from './operation.js';
import { removeFiles } from './remove-files.js';
import { known, requestExport } from './request-export.js';
import { requireAccountRight } from '../account/require-account-right.js';
import type { RecordTakeout } from '../account/record-takeout.js';
import { withRoom, type Room } from './with-room.js';

export interface ExportParts {
  store: EventStore;
  pool: Pool;
  keys: SubjectKeys;
  objects: Objects;
  changes: ExportChanges;
  /** The running projection of open exports. */
  openExports: Pick<ProjectionRunner, 'caughtUp'>;
  /** How many exports may be open at a time. */
  room: Room;
  /** Puts on record that somebody takes an account's data, before they have it. */
  recordTakeout: RecordTakeout;
  /** Largest document in bytes: USER_DATA_EXPORT_LIMIT. */
  limitBytes: number;
}

/** The shell lets nobody pass without person and account. */
function whose(context: CurrentUserContext): { accountId: string; userId: string } {
  if (!context.account_id || !context.user_id) throw new Error('an export needs a person and an account');
  return { accountId: context.account_id, userId: context.user_id };
}

export function exportRoutesOf(parts: ExportParts): MountedRoute[] {
  const { store, pool, keys, objects, changes, limitBytes } = parts;
  const load = async (accountId: string, userId: string, id: string) => {
    const { state, revision } = await store.load(exportAggregate, exportId(accountId, id));
    return { state: known(state, userId), revision };
  };
  const shown = (userId: string, now: string) => (state: ExportState) => operationOf(known(state, userId), now);

  return [
    mount(requestExportRoute, async ({ context, body, commandId, commandHash, now }) => {
      const { accountId, userId } = whose(context);
      if (body.scope === 'account') requireAccountRight(context, 'of just now');
      const id = derivedId(commandId, 'export');
      const command = { ...body, account_id: accountId, export_id: id, user_id: userId, limit_bytes: limitBytes, now };
      const outcome = await withRoom(parts, { accountId, userId, exportId: id }, () =>
        store.execute(exportAggregate, exportId(accountId, id), {
          ...{ id: commandId, hash: commandHash, context, now },
          decide: (state) => requestExport(command, state),
        }),
      );
      const reply = written(outcome, shown(userId, now), 202);
      return { ...reply, headers: { location: `/api/v1/users/data/export/${id}` } };
    }),

    mount(listExportsRoute, async ({ context, query, now }) => {
      const scope = whose(context);
      const { ids, meta } = await listExportIds(pool, scope, query);
      const states = await Promise.all(ids.map((id) => load(scope.accountId, scope.userId, id)));
      return { status: 200, body: { data: states.map(({ state }) => operationOf(state, now)), meta } };
    }),

    mount(getExportRoute, async ({ context, params, now }) => {
      const { accountId, userId } = whose(context);
      const { state, revision } = await load(accountId, userId, params.export_id);
      return { status: 200, body: operationOf(state, now, await progressOf(pool, params.export_id)), revision };
    }),

    mount(followExportRoute, async ({ context, params, raw }) => {
      const { accountId, userId } = whose(context);
      await load(accountId, userId, params.export_id);
      const last = raw.headers['last-event-id'];
      const ids = { accountId, exportId: params.export_id };
      return {
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        stream: (res) =>
          followExport(
            { store, changes, progressOf: (id) => progressOf(pool, id), now: () => new Date().toISOString() },
            ids,
            Array.isArray(last) ? last[0] : last,
            res,
          ),
      };
    }),

    mount(downloadExportRoute, async ({ context, params, commandId, now, raw }) => {
      const { accountId, userId } = whose(context);
      const { state } = await load(accountId, userId, params.export_id);
      downloadExport({ user_id: userId, now }, state);
      const ofAccount = state.request.scope === 'account';
      if (ofAccount) requireAccountRight(context);
      // Read whole before the fact is written: a document that cannot be read has not been handed out.
      const place = { subject: userId, accountId, name: documentName(accountId, params.export_id) };
      const document = state.document!;
      await checkDocument({ objects, keys }, place, document);
      const { media_type, ending } = fileKindOf(state.request.formats);
      const headers = {
        'content-type': media_type,
        'content-length': String(document.size_bytes),
        'content-disposition': `attachment; filename="annals-export-${params.export_id}.${ending}"`,
      };
      // Whoever asks for the head alone takes nothing.
      if (raw.method !== 'HEAD') {
        if (ofAccount) await parts.recordTakeout(context, params.export_id, commandId);
        await store.execute(exportAggregate, exportId(accountId, params.export_id), {
          ...{ id: commandId, context, now },
          decide: (current) => downloadExport({ user_id: userId, now }, current),
        });
      }
      return { status: 200, headers, stream: (res) => sendDocument({ objects, keys }, place, res) };
    }),

    mount(cancelExportRoute, async ({ context, params, commandId, commandHash, now }) => {
      const { accountId, userId } = whose(context);
      const outcome = await store.execute(exportAggregate, exportId(accountId, params.export_id), {
        ...{ id: commandId, hash: commandHash, context, now },
        decide: (state) => cancelExport({ user_id: userId, now }, state),
      });
      await removeFiles(objects, accountId, params.export_id);
      return written(outcome, () => undefined, 204);
    }),
  ];
}
