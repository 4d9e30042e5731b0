import { type CurrentUserContext } from '@annals/contracts';
import { migrate, type Projection, projectionSchema, runProjection } from '@annals/postgres';
import { rowsOf, signedIn } from '@annals/testing';
import { activityLog } from '../activity/projection.js';
import { auditLog } from '../audit/projection.js';
import { rangeRoots } from '../checkpoint/subtrees.js';
import { later, retentionUnderTest } from '../testing/retention-under-test.js';

const under = retentionUnderTest();

/** Builds a read model anew beside the present one, as a new version of it would be. */
async function rebuilt(projection: Projection, version: number): Promise<Projection> {
  const { database, store } = under().stores;
  const next = { ...projection, version };
  const plan = { service: 'activity', migrations: [], projections: [next], appRole: 'activity_app' };
  await migrate(database.ownerUrl, plan);
  const runner = runProjection({ projection: next, pool: database.pool, store });
  await runner.caughtUp();
  await runner.stop();
  return next;
}

const rows = (who: CurrentUserContext, projection: Projection, table: string, order: string) =>
  rowsOf(
    under().stores.database.pool,
    who.account_id!,
    `select t::text from ${projectionSchema(projection)}.${table} t order by ${order}`,
  );
const auditOf = async (who: CurrentUserContext, projection: Projection) => ({
  entries: await rows(who, projection, 'audit_entries', 'seq'),
  tiles: await rows(who, projection, 'audit_tiles', 'level, idx'),
  log: await rowsOf(
    under().stores.database.pool,
    who.account_id!,
    `select size, peaks, last_hash from ${projectionSchema(projection)}.logs where log = '${who.account_id}'`,
  ),
});
const linesOf = (who: CurrentUserContext, projection: Projection) =>
  rows(who, projection, 'activity_entries', 'commit_pos, idx');

describe('logs that are built anew after a sweep', () => {
  it('show the same entries with the same hashes, and no line that had gone, before and after a scavenge', async () => {
    const { tracked, choose, sweepAt, stores } = under();
    const who = await tracked(['one', 'two']);
    await tracked(['three'], signedIn('ADMIN', { account_id: who.account_id }));
    await choose(who, { activity: 7, analytics: 7 });
    await tracked(['four'], who);
    const other = await tracked(['five']);
    await sweepAt(later(50));
    const audit = await auditOf(who, auditLog);
    const lines = await linesOf(other, activityLog);
    // Three batches of facts, the choice, and two tellings of the sweep.
    expect([audit.entries.length, lines.length, await linesOf(who, activityLog)]).toEqual([6, 1, []]);

    expect(await auditOf(who, await rebuilt(auditLog, 90))).toEqual(audit);
    const unscavenged = await rebuilt(activityLog, 90);
    expect([await linesOf(who, unscavenged), await linesOf(other, unscavenged)]).toEqual([[], lines]);
    await stores.scavenge();
    expect(await auditOf(who, await rebuilt(auditLog, 91))).toEqual(audit);
    const scavenged = await rebuilt(activityLog, 91);
    expect([await linesOf(who, scavenged), await linesOf(other, scavenged)]).toEqual([[], lines]);
  });
});

describe('a shortened audit log', () => {
  it('begins at its first entry that is not due, and proves the rest as before', async () => {
    const { choose, sweepAt, happened, caughtUp, told, stores } = under();
    const { pool } = stores.database;
    const who = signedIn('ADMIN');
    const change = (n: number, now: string) => {
      const data = { account_id: who.account_id, days: { activity: n }, updated_at: now };
      return happened(who, 'retention', who.account_id!, [{ type: 'RetentionChanged', data }], now);
    };
    for (let n = 1; n <= 20; n++) await change(n, `2020-01-${String(n).padStart(2, '0')}T00:00:00.000Z`);
    await choose(who, { audit: 400 });
    const ranges = [
      { start: 0, end: 16 },
      { start: 20, end: 21 },
    ];
    const roots = await rangeRoots(pool, who.account_id!, ranges);
    await sweepAt(later(0));
    await caughtUp();
    const seqs = `select seq from ${projectionSchema(auditLog)}.audit_entries order by seq`;
    const left = await rowsOf<{ seq: string }>(pool, who.account_id!, seqs);
    expect(left.map(({ seq }) => seq)).toEqual(['20', '21']);
    expect(await told(who, 'audit')).toMatchObject([{ class: 'audit', rows: 20, streams: 0, keys: 0 }]);
    expect(await rangeRoots(pool, who.account_id!, ranges)).toEqual(roots);
  });

  it('keeps its newest entry, however old it is, and hashes of facts for a log built anew', async () => {
    const { tracked, sweepAt, stores } = under();
    const who = await tracked(['old']);
    await tracked(['older'], who);
    await sweepAt(later(1_000));
    await stores.scavenge();
    const { entries, log } = await auditOf(who, auditLog);
    expect(entries.length).toBeGreaterThan(0);
    const anew = await auditOf(who, await rebuilt(auditLog, 92));
    expect(anew.log).toEqual(log);
  });
});
