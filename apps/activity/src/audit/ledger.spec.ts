import { createHash } from 'node:crypto';
import { type StoredEvent } from '@annals/event-store';
import { noEntry, rootOf } from '@annals/ledger';
import { projectBatch, readCheckpoint } from '@annals/postgres';
import { type EventSketch, rowsOf, storedEvents, type TestDatabase, testDatabase } from '@annals/testing';
import fc from 'fast-check';
import { noAccount } from '../log/by-account.js';
import { type AuditRow } from './audit-row.js';
import { auditTable, logsTable, tilesTable } from './audit-table.js';
import { canonicalEntry } from './canonical-entry.js';
import { auditLog } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';

const changeIn = (account: string, n: number): EventSketch => ({
  ...{ type: 'ProfileUpdated', stream: `profile-${account}_${ada}`, account_id: account },
  data: { account_id: account, user_id: ada, updated_at: '2026-01-01T00:00:00.000Z', bio: `Nr. ${n} \0 \ud800` },
  metadata: { client: { ip: null, user_agent: `\0 half \ud800 ${n}` } },
});
const ofNobody = (failures: number): EventSketch => ({
  ...{ type: 'SignInThrottled', stream: `credential-${ada}`, data: { user_id: ada, failures } },
});

/** Six hundred changes in one account, a few in another with the same ids, and some of nobody's. */
const life = storedEvents(
  Array.from({ length: 660 }, (_, n) => (n % 50 === 3 ? ofNobody(n) : changeIn(n % 60 === 7 ? globex : acme, n))),
);

async function projectIn(database: TestDatabase, cuts: readonly number[]): Promise<void> {
  const { pool } = database;
  const bounds = [0, ...cuts, life.length];
  let from = (await readCheckpoint(pool, auditLog)).position;
  for (const [index, begin] of bounds.slice(0, -1).entries()) {
    const batch: StoredEvent[] = life.slice(begin, bounds[index + 1]);
    const checkpoint = batch.at(-1)!.position;
    await projectBatch(pool, auditLog, from, batch, checkpoint);
    await projectBatch(pool, auditLog, checkpoint, batch, checkpoint);
    from = checkpoint;
  }
}

const entriesOf = ({ pool }: TestDatabase, account: string) =>
  rowsOf<AuditRow>(pool, account, `select * from ${auditTable} order by seq`);
const tilesOf = ({ pool }: TestDatabase, account: string) =>
  rowsOf<{ level: number; idx: string; hash: Buffer }>(
    pool,
    account,
    `select * from ${tilesTable} order by level, idx`,
  );

type Log = { log: string; size: string; peaks: Buffer[]; last_hash: Buffer };

/** Everything the projection keeps. */
async function allOf(database: TestDatabase): Promise<unknown> {
  const of = async (account: string) => [await entriesOf(database, account), await tilesOf(database, account)];
  const { rows: logs } = await database.pool.query(`select * from ${logsTable} order by log`, []);
  return { acme: await of(acme), globex: await of(globex), house: await of(noAccount), logs };
}

const sha256 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 8785 §3.2, word for word. */
function naiveText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(naiveText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${naiveText(member)}`).join(',')}}`;
}

/** RFC 9162 §2.1.1, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

describe('the ledger under the audit log', () => {
  const whole = testDatabase({ service: 'activity', projections: [auditLog] });
  const others = Array.from({ length: 4 }, () => testDatabase({ service: 'activity', projections: [auditLog] }));
  beforeAll(() => projectIn(whole(), []));

  it.each([
    ['an account', acme, 635],
    ['another one with the same ids', globex, 11],
    ['nobody', noAccount, 14],
  ])('gives the entries of %s places without gaps, each bound to the one before', async (_, account, size) => {
    const entries = await entriesOf(whole(), account);
    expect(entries.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: size }, (_, index) => index));
    let before = noEntry;
    for (const entry of entries) {
      expect(entry.prev_hash.toString('hex')).toBe(before);
      const hash = sha256(Buffer.of(0), naiveText(canonicalEntry(entry)));
      expect(entry.hash.toString('hex')).toBe(hash.toString('hex'));
      before = hash.toString('hex');
    }
  });

  it('keeps where each log stands, and the roots that proofs start from', async () => {
    const { rows: logs } = await whole().pool.query<Log>(`select * from ${logsTable} order by log`, []);
    expect(logs.map(({ log }) => log)).toEqual([noAccount, acme, globex]);
    for (const { log, size, peaks, last_hash } of logs) {
      const leaves = (await entriesOf(whole(), log)).map(({ hash }) => hash);
      expect(size).toBe(String(leaves.length));
      expect(rootOf({ size: leaves.length, peaks })).toEqual(naiveRoot(leaves));
      expect(last_hash).toEqual(leaves.at(-1));
    }
    const leaves = (await entriesOf(whole(), acme)).map(({ hash }) => hash);
    expect(await tilesOf(whole(), acme)).toEqual(
      [0, 1].map((index) => ({
        ...{ account_id: acme, level: 8, idx: String(index) },
        hash: naiveRoot(leaves.slice(index * 256, (index + 1) * 256)),
      })),
    );
    expect(await tilesOf(whole(), globex)).toEqual([]);
  });

  it('is the same however the events were split, also when every batch comes twice', async () => {
    const expected = await allOf(whole());
    const places = Array.from({ length: life.length - 1 }, (_, index) => index + 1);
    const cuts = fc.sample(fc.subarray(places, { maxLength: 60 }), { numRuns: others.length - 1, seed: 11 });
    for (const [index, cut] of [[1, 2, 3, 255, 256, 257, 511, 512, 659], ...cuts].entries()) {
      await projectIn(others[index]!(), cut);
      expect(await allOf(others[index]!())).toEqual(expected);
    }
  });

  it('writes nothing when one of many entries cannot be written', async () => {
    const before = await allOf(whole());
    const more = storedEvents(
      Array.from({ length: 600 }, (_, n) => changeIn(acme, n)),
      life,
    );
    const broken = more.map((event, index) => (index === 3 ? { ...event, id: 'no id' } : event));
    const [from, to] = [life.at(-1)!.position, more.at(-1)!.position];
    await expect(projectBatch(whole().pool, auditLog, from, broken, to)).rejects.toThrow('invalid input syntax');
    expect(await allOf(whole())).toEqual(before);
  });
});
