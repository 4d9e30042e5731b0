import { listAuditLogsRoute as route } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type Pool, type Tx } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { readLog } from '../log/read-log.js';
import { askedLog } from '../proof/asked-log.js';
import { auditConditions } from './audit-filter.js';
import { type AuditRow } from './audit-row.js';
import { auditTable, logsTable, storedColumns } from './audit-table.js';
import { openEntry } from './open-entry.js';

/** GET /audit-logs */
export const listAuditLogs = (pool: Pool, store: EventStore): MountedRoute =>
  mount(route, async ({ context, query }) => {
    const { page, limit, sort_order, cursor, log, ...filter } = query;
    const accountId = askedLog(context, log);
    const isWhole = Object.values(filter).every((value) => value === undefined);
    const { rows, meta } = await readLog<AuditRow>(
      pool,
      {
        ...{ table: auditTable, columns: storedColumns, key: ['seq'], filter },
        scope: { accountId, userId: context.user_id },
        where: auditConditions(accountId, filter),
        ...(isWhole ? { extent: (tx: Tx) => extentOf(tx, accountId) } : {}),
      },
      { page, limit, sort_order, cursor },
    );
    return { status: 200, body: { data: await Promise.all(rows.map((row) => openEntry(store, row))), meta } };
  });

/** Places of a log from the first entry that retention has left up to its end. */
async function extentOf(tx: Tx, accountId: string): Promise<{ first: number; end: number }> {
  const { rows } = await tx.query<{ first: string; size: string }>(
    `select size, coalesce((select min(seq) from ${auditTable} where account_id = $1), size) as first
     from ${logsTable} where log = $1`,
    [accountId],
  );
  const [log] = rows;
  return log ? { first: Number(log.first), end: Number(log.size) } : { first: 0, end: 0 };
}
