import { serviceIdentity } from '@annals/auth';
import { SubjectErased, type ErasedHolder, type SubjectErasedEvent } from '@annals/contracts';
import { derivedId, streamName, uuidv7, type EventStore } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import { projectionSchema, type Pool } from '@annals/postgres';
import type { Eraser } from '@annals/service';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { removeFiles } from '../export/remove-files.js';
import { endExport } from '../members/end-export.js';
import { openExports, type OpenExport } from '../views/open-exports/open-exports.projection.js';

export interface ExportsToErase {
  store: EventStore;
  objects: Objects;
  pool: Pool;
  now: () => Date;
}

/** Exports of an account that may lie somewhere, asked for up to a moment. Failed and swept ones do not. */
const lying = `
  select export_id, account, owner from ${projectionSchema(openExports)}.open_export o
  where account = $1 and requested_at <= $2
    and not exists (select from swept_export s where s.export_id = o.export_id)
  order by export_id`;

/**
 * Ends the exports of a person in an account, and removes what lies of them. Exports of the account itself, whoever asked
 * for them, hold what the account knew about the person, readable by others: those that were asked for before go too.
 */
export function erasesExports(parts: ExportsToErase): Eraser {
  return {
    of: 'exports',
    async remove(holder) {
      const { account_id, user_id } = holder;
      if (account_id === null) return 0;
      const erasedAt = await lastErasure(parts.store, holder);
      if (erasedAt === null) return 0;
      const { rows } = await parts.pool.query<OpenExport>(lying, [account_id, erasedAt]);
      let removed = 0;
      for (const each of rows) {
        const { state } = await parts.store.load(exportAggregate, exportId(account_id, each.export_id));
        const holdsThem = each.owner === user_id || (state.kind === 'known' && state.request.scope === 'account');
        if (!holdsThem) continue;
        await end(parts, each, erasedAt);
        removed += 1;
      }
      return removed;
    },
  };
}

/** When the person was erased there: what was asked for afterwards holds nothing of them. */
async function lastErasure(store: EventStore, { account_id, user_id }: ErasedHolder): Promise<string | null> {
  const stream = streamName(SubjectErased.category, `${account_id}_${user_id}`);
  for await (const { data } of store.readStream(stream, { backwards: true, limit: 1, open: false })) {
    return (data as SubjectErasedEvent['data']).erased_at;
  }
  return null;
}

/** First the fact, which a worker that is just done sees; then the bytes; then the note that nothing lies there. */
async function end(
  { store, objects, pool, now }: ExportsToErase,
  { export_id, account }: OpenExport,
  erasedAt: string,
) {
  const at = now().toISOString();
  await store.execute(exportAggregate, exportId(account, export_id), {
    id: derivedId(export_id, `erased ${erasedAt}`),
    context: {
      ...serviceIdentity('svc:export', { accountId: account }),
      ...{ request_id: uuidv7(), transaction_id: uuidv7(), correlation_id: export_id, causation_id: export_id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: at },
    },
    now: at,
    decide: (state) => endExport({ reason: 'subject-erased', now: at }, state),
  });
  await removeFiles(objects, account, export_id);
  await pool.query('delete from export_job where export_id = $1', [export_id]);
  await pool.query('insert into swept_export (export_id) values ($1) on conflict do nothing', [export_id]);
}
