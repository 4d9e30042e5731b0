import { openNote, parseRound, verifierOf } from '@annals/ledger';
import { createPool, type Pool } from '@annals/postgres';
import { rowsOf, testDatabase } from '@annals/testing';
import { auditTable, logsTable, tilesTable } from '../audit/audit-table.js';
import { auditLog } from '../audit/projection.js';
import { acme, auditSigner, entriesIn, globex, happen } from '../testing/audit-life.js';
import { signRound } from './sign-round.js';
import { checkpointAt, checkpointsBefore } from './stored-checkpoints.js';
import { checkpointMigrations } from './tables.js';

const signer = auditSigner();
const stores = { service: 'activity', migrations: checkpointMigrations, projections: [auditLog] };
const sign = (pool: Pool, thorough = true, now = new Date('2026-03-01T12:00:00.000Z')) =>
  signRound(pool, { signer, now, thorough });
const times = (count: number, account: string) => Array.from({ length: count }, () => account);

describe('signing rounds', () => {
  const database = testDatabase(stores);

  it('leaves no gap, chains them, and tells each account of the rounds in which its log grew', async () => {
    const { pool } = database();
    const first = entriesIn([acme, globex, acme]);
    await happen(pool, first);
    await sign(pool);
    await sign(pool, false);
    await happen(pool, entriesIn([globex], first));
    await sign(pool, false);
    const { rows } = await pool.query<{ round: string; note: string; hash: Buffer }>(
      'select round, note, hash from audit_rounds order by round',
      [],
    );
    const rounds = rows.map(({ note }) => parseRound(openNote(note, [verifierOf(signer)])!)!);
    expect(rounds.map(({ round, logs }) => [round, logs])).toEqual([1, 2, 3].map((round) => [round, 2]));
    expect(rounds.slice(1).map(({ previous }) => previous)).toEqual(rows.slice(0, -1).map(({ hash }) => hash));
    const sizes = async (account: string) =>
      (await checkpointsBefore(pool, account, null, 9)).map(({ round, head }) => [round, head.log, head.size]);
    expect(await sizes(acme)).toEqual([[1, acme, 2]]);
    expect(await sizes(globex)).toEqual([
      [3, globex, 2],
      [1, globex, 1],
    ]);
  });

  it('shows an account the heads of no other, whatever is asked', async () => {
    const { pool } = database();
    const seen = await rowsOf<{ account_id: string }>(pool, acme, 'select account_id from audit_heads');
    expect(new Set(seen.map(({ account_id }) => account_id))).toEqual(new Set([acme]));
    expect((await pool.query('select from audit_heads', [])).rowCount).toBe(0);
  });

  it('by two processes at once makes one round of a number', async () => {
    const { pool } = database();
    const { round } = (await checkpointAt(pool, globex, null))!;
    const outcomes = await Promise.allSettled([sign(pool), sign(pool)]);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    const { rows } = await pool.query<{ newest: string }>('select max(round) as newest from audit_rounds', []);
    expect(Number(rows[0]!.newest)).toBe(round + 2 - refused.length);
  });
});

describe('what does not continue what was signed is not signed', () => {
  const database = testDatabase(stores);

  /** As somebody with the rights of the database itself. */
  async function tampered(text: string, values: unknown[] = []): Promise<void> {
    const pool = createPool({ url: database().superuserUrl, applicationName: 'test', max: 1 });
    try {
      await pool.query(text, values);
    } finally {
      await pool.end();
    }
  }
  const refusal = async (thorough: boolean): Promise<string> =>
    sign(database().pool, thorough).then(
      () => 'signed',
      (error: Error) => error.message,
    );

  const life = entriesIn([...times(300, acme), globex]);

  it('a log that is shorter, or not there', async () => {
    const { pool } = database();
    await happen(pool, life);
    await sign(pool);
    await tampered(`update ${logsTable} set size = 299 where log = $1`, [acme]);
    expect(await refusal(false)).toContain(`the log ${acme} holds 299 entries, and 300 were signed`);
    await tampered(`update ${logsTable} set size = 300 where log = $1`, [acme]);
    await tampered(`delete from ${logsTable} where log = $1 returning 1`, [globex]);
    expect(await refusal(false)).toContain(`the log ${globex} holds 0 entries, and 1 were signed`);
    await tampered(`insert into ${logsTable} select log, size, array[root], root from signed_heads where log = $1`, [
      globex,
    ]);
    expect(await refusal(true)).toBe('signed');
  });

  it('a log that is as long and another one', async () => {
    await tampered(`update ${logsTable} set peaks = array_reverse(peaks) where log = $1`, [acme]);
    expect(await refusal(false)).toContain('are not those that were signed');
    await tampered(`update ${logsTable} set peaks = array_reverse(peaks) where log = $1`, [acme]);
    expect(await refusal(false)).toBe('signed');
  });

  it('a log that grew over something else, when it is looked at thoroughly', async () => {
    const { pool } = database();
    await happen(pool, entriesIn(times(5, acme), life));
    const forge = `update ${auditTable} set hash = sha256(hash) where account_id = $1 and seq = 299`;
    await tampered(forge, [acme]);
    expect(await refusal(true)).toContain(`the first 300 entries of the log ${acme} are not those that were signed`);
  });

  it('a log whose tree is not that of its entries', async () => {
    // What the test before did to entry 299 is undone: the next entry still names it.
    await tampered(
      `update ${auditTable} set hash = prev.prev_hash from ${auditTable} prev
      where audit_entries.account_id = $1 and audit_entries.seq = 299 and prev.account_id = $1 and prev.seq = 300`,
      [acme],
    );
    await tampered(`update ${auditTable} set hash = sha256(hash) where account_id = $1 and seq = 302`, [acme]);
    expect(await refusal(true)).toContain(`the tree of the log ${acme} is not that of its 305 entries`);
  });

  it('a log of which neither the entries nor their hashes are there any more', async () => {
    await tampered(`delete from ${tilesTable} where account_id = $1`, [acme]);
    await expect(sign(database().pool, true)).rejects.toMatchObject({ status: 410, code: 'entries-gone' });
  });
});

describe('a log built anew from the event store', () => {
  const [database, anew] = [testDatabase(stores), testDatabase(stores)];

  it('has the same root, however it was cut into batches, and is signed on', async () => {
    const life = entriesIn([...times(270, acme), globex, acme]);
    await happen(database().pool, life);
    await happen(anew().pool, life.slice(0, 100));
    await happen(anew().pool, life.slice(100));
    const [before, after] = [await sign(database().pool), await sign(anew().pool)];
    expect(after.grown).toEqual(before.grown);
    expect(after.hash).toEqual(before.hash);
  });
});
