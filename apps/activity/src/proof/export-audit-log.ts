import { type AuditAccessEvent, exportAuditLogRoute as route, Problem } from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';
import { type Pool, tenantQuery } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { auditTable, logsTable } from '../audit/audit-table.js';
import { personOf } from '../person.js';
import { askedLog } from './asked-log.js';
import { checkpointCovering, type ProofGround } from './signed-log.js';
import { streamLog } from './stream-log.js';

/** Who took which part of which log: `auditaccess-<account_id>_<user_id>`. */
const auditAccess: Aggregate<null> = { category: 'auditaccess', initial: null, evolve: () => null };

/** GET /audit-logs/export: as far as it is signed, which is up to the newest entry when the request came. */
export const exportAuditLog = (ground: ProofGround): MountedRoute =>
  mount(route, async ({ context, query, now, commandId }) => {
    const { pool, store } = ground;
    const person = personOf(context);
    const log = askedLog(context, query.log);
    const { from_seq, to_seq = null, values } = query;
    const size = await sizeOf(pool, log);
    const checkpoint = size === 0 ? null : await checkpointCovering(ground, log, size);
    const end = Math.min(checkpoint?.head.size ?? 0, (to_seq ?? Infinity) + 1);
    const start = Math.max(from_seq, await oldestOf(pool, log));
    if (from_seq > 0 && start >= end) throw new Problem(400, 'range-empty', 'The log has no such entries');
    const data = { ...person, log, from_seq, to_seq, values, exported_at: now };
    const event: AuditAccessEvent = { type: 'AuditLogExported', data };
    // Durable before the first byte leaves: nobody takes a log without leaving a trace in it.
    await store.execute(auditAccess, `${person.account_id}_${person.user_id}`, {
      ...{ id: commandId, context, now },
      decide: () => [event],
    });
    return {
      status: 200,
      headers: {
        'content-type': 'application/x-ndjson',
        'content-disposition': `attachment; filename="audit-log-${start}-${end}.ndjson"`,
      },
      stream: (res) => streamLog({ pool, store, log, start, end, checkpoint, opened: values === 'open' }, res),
    };
  });

async function sizeOf(pool: Pool, log: string): Promise<number> {
  const { rows } = await pool.query<{ size: string }>(`select size from ${logsTable} where log = $1`, [log]);
  return Number(rows[0]?.size ?? 0);
}

/** Older entries may be gone, for nothing is kept for ever. */
async function oldestOf(pool: Pool, log: string): Promise<number> {
  const text = `select seq from ${auditTable} where account_id = $1 order by seq limit 1`;
  const { rows } = await tenantQuery<{ seq: string }>(pool, { accountId: log }, text, [log]);
  return Number(rows[0]?.seq ?? 0);
}
