import { type AuditEntry, type CurrentUserContext } from '@annals/contracts';
import { entryHash } from '@annals/ledger';
import { runProjection } from '@annals/postgres';
import { rowsOf, signedIn, startTestDatabase, type TestDatabase } from '@annals/testing';
import { activityUnderTest } from '../testing/activity-service.js';
import { type AuditRow } from './audit-row.js';
import { auditTable, logsTable, tilesTable } from './audit-table.js';
import { canonicalEntry } from './canonical-entry.js';
import { auditPart } from './part.js';
import { auditLog } from './projection.js';

const under = activityUnderTest([auditPart]);
const admin = signedIn('ADMIN');
const member = signedIn('VIEWER', { account_id: admin.account_id });
const gone = { erased: true };

/** Many at once: a tile takes 256 entries. */
const renamed = (who: CurrentUserContext, times: number) => {
  const { account_id, user_id } = who;
  const changes = Array.from({ length: times }, (_, n) => ({
    type: 'ProfileUpdated',
    data: { account_id, user_id, updated_at: '2026-03-01T12:00:00.000Z', name: `Nr. ${n}` },
  }));
  return under().happened(who, 'profile', `${account_id}_${user_id}`, changes);
};
const entries = async (seen = '') =>
  (await under().get('/audit-logs?sort_order=asc', admin, seen)).json.data as AuditEntry[];

async function everythingIn({ pool }: TestDatabase): Promise<unknown> {
  const rows = await rowsOf<AuditRow>(pool, admin.account_id!, `select * from ${auditTable} order by seq`);
  const tiles = await rowsOf<object>(pool, admin.account_id!, `select * from ${tilesTable} order by level, idx`);
  const { rows: logs } = await pool.query(`select * from ${logsTable} order by log`, []);
  return { rows, tiles, logs };
}

describe('the audit log after an erasure', () => {
  it('keeps the hash of every entry, also of those whose values nobody can open any more', async () => {
    await renamed(member, 3);
    const before = await entries(await renamed(admin, 257));
    await under().stores.keys.destroy(member.user_id!);
    const after = await entries();
    expect(after.map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash));
    expect([before[2]!.changes.name, after[2]!.changes.name]).toEqual([
      { old: 'Nr. 1', new: 'Nr. 2' },
      { old: gone, new: gone },
    ]);
    const text = `select * from ${auditTable} order by seq`;
    const rows = await rowsOf<AuditRow>(under().stores.database.pool, admin.account_id!, text);
    expect(rows).toHaveLength(260);
    for (const row of rows) expect(entryHash(canonicalEntry(row))).toEqual(row.hash);
  });

  it('is built anew from the event store with the same places, hashes and roots', async () => {
    const other = await startTestDatabase({ service: 'activity', projections: [auditLog] });
    const runner = runProjection({ projection: auditLog, pool: other.pool, store: under().stores.store });
    try {
      await runner.caughtUp();
      const rebuilt = await everythingIn(other);
      expect(rebuilt).toMatchObject({ tiles: [{ level: 8, idx: '0' }], logs: [{ size: '260' }] });
      expect(rebuilt).toEqual(await everythingIn(under().stores.database));
    } finally {
      await runner.stop();
      await other.stop();
    }
  });
});
