import { type AuditQuery, listAuditLogsRoute as route } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type Pool } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { type Conditions, conditions } from '../log/conditions.js';
import { readLog } from '../log/read-log.js';
import { accountIdOf } from '../person.js';
import { type AuditRow } from './audit-row.js';
import { auditTable, storedColumns } from './audit-table.js';
import { openEntry } from './open-entry.js';

/** GET /audit-logs */
export const listAuditLogs = (pool: Pool, store: EventStore): MountedRoute =>
  mount(route, async ({ context, query }) => {
    const accountId = accountIdOf(context);
    const { page, limit, sort_order, cursor, ...filter } = query;
    const { rows, meta } = await readLog<AuditRow>(
      pool,
      {
        ...{ table: auditTable, columns: storedColumns, key: ['seq'], filter },
        scope: { accountId, userId: context.user_id },
        where: conditionsOf(accountId, filter),
      },
      { page, limit, sort_order, cursor },
    );
    return { status: 200, body: { data: await Promise.all(rows.map((row) => openEntry(store, row))), meta } };
  });

type Filter = Pick<
  AuditQuery,
  'entity' | 'entity_id' | 'action' | 'event_type' | 'actor' | 'request_id' | 'outcome' | 'from' | 'to'
>;

function conditionsOf(accountId: string, filter: Filter): Conditions {
  const where = conditions();
  where.add('account_id = ?', accountId);
  where.maybe('entity = ?', filter.entity);
  where.maybe('entity_id = ?', filter.entity_id);
  where.maybe('action = ?', filter.action);
  where.maybe('event_type = ?', filter.event_type);
  where.maybe('actor_user_id = ?', filter.actor);
  where.maybe('request_id = ?', filter.request_id);
  where.maybe('outcome = ?', filter.outcome);
  where.maybe('occurred_at >= ?', filter.from);
  where.maybe('occurred_at < ?', filter.to);
  return where;
}
