import { serviceIdentity } from '@annals/auth';
import { derivedId, type EventStore, uuidv7 } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Pool } from '@annals/postgres';
import { expireExport } from '../export/expire-export.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { removeFiles } from '../export/remove-files.js';
import { dueExports, type OpenExport } from '../views/open-exports/open-exports.projection.js';

export interface SweepParts {
  store: EventStore;
  objects: Objects;
  pool: Pool;
  readonly now: () => Date;
}

const pageSize = 50;

/**
 * Removes the documents whose time is over, that were fetched, or whose export ended: first the bytes, then the fact, then
 * the note that it is done, so that what a crash leaves is done again. @returns how many
 */
export async function sweepExports(parts: SweepParts): Promise<number> {
  for (let swept = 0; ;) {
    const page = await dueExports(parts.pool, parts.now(), pageSize);
    for (const each of page) await sweepOne(parts, each);
    swept += page.length;
    if (page.length < pageSize) return swept;
  }
}

async function sweepOne({ store, objects, pool, now }: SweepParts, { export_id, account, owner }: OpenExport) {
  await removeFiles(objects, account, export_id);
  const at = now().toISOString();
  await store.execute(exportAggregate, exportId(account, export_id), {
    id: derivedId(export_id, 'expire'),
    context: {
      ...serviceIdentity('svc:export', { accountId: account, userId: owner }),
      ...{ request_id: uuidv7(), transaction_id: uuidv7(), correlation_id: export_id, causation_id: export_id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: at },
    },
    now: at,
    decide: (state) => expireExport({ now: at }, state),
  });
  await pool.query('insert into swept_export (export_id) values ($1) on conflict do nothing', [export_id]);
}
