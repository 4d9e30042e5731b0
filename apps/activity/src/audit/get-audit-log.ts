import { getAuditLogRoute as route, Problem } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type Pool, tenantQuery } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { askedLog } from '../proof/asked-log.js';
import { type AuditRow } from './audit-row.js';
import { auditTable, storedColumns } from './audit-table.js';
import { openEntry } from './open-entry.js';

const query = `select ${storedColumns} from ${auditTable} where account_id = $1 and id = $2`;

/** GET /audit-logs/{id} */
export const getAuditLog = (pool: Pool, store: EventStore): MountedRoute =>
  mount(route, async ({ context, params, query: { log } }) => {
    const accountId = askedLog(context, log);
    const scope = { accountId, userId: context.user_id };
    const { rows } = await tenantQuery<AuditRow>(pool, scope, query, [accountId, params.id]);
    const row = rows[0];
    if (!row) throw new Problem(404, 'audit-entry-unknown', 'There is no such entry in this account');
    return { status: 200, body: await openEntry(store, row) };
  });
