import { erased, type StoredEvent } from '@annals/event-store';
import { assertTenantIsolation } from '@annals/postgres';
import { type EventSketch, project, rowsOf, startTestDatabase, storedEvents, testDatabase } from '@annals/testing';
import fc from 'fast-check';
import { verificationList } from './projection.js';

const options = { service: 'profile', projections: [verificationList] } as const;
const database = testDatabase(options);
const id = (end: string) => `018f0000-0000-7000-8000-0000000000${end}`;
const [acme, globex, ada, bob] = [id('0a'), id('0b'), id('a1'), id('b2')];
const at = (day: number) => new Date(Date.UTC(2026, 2, day)).toISOString();

function said(type: string, day: number, data: object, account = acme, user = ada): EventSketch {
  const ids = { account_id: account, user_id: user };
  return {
    type,
    stream: `verification-${account}_${user}`,
    account_id: account,
    data: { ...ids, ...data, updated_at: at(day) },
  };
}
const requested = (day: number, verification_id: string, ...who: string[]) =>
  said('VerificationRequested', day, { verification_id, fields: ['name', 'website'] }, ...who);
const decided = (type: string, day: number, verification_id: string, ...who: string[]) =>
  said(type, day, { verification_id, decided_by_id: bob }, ...who);
const ended = (type: string, day: number, verification_id: string) => said(type, day, { verification_id });
const added = (day: number, document_id: unknown, ...who: string[]) =>
  said('VerificationDocumentAdded', day, { document_id }, ...who);
const removed = (day: number, document_id: string) => said('VerificationDocumentRemoved', day, { document_id });

type Pool = ReturnType<typeof database>['pool'];
const table = 'verifications_v1';
const listOf = (pool: Pool, account: string) =>
  rowsOf<Record<string, unknown>>(pool, account, `select * from ${table}.verifications order by user_id`);
/** One word for each: the ends of account, person and item, then the day. */
async function keptOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select substr(person, 35, 2) || right(person, 2) || ' ' || case item when 'request' then item else right(item, 2) end
       || ' ' || case since when 'infinity' then 'open' else to_char(since at time zone 'UTC', 'DD') end as line
     from ${table}.kept order by line`,
    [],
  );
  return rows.map(({ line }) => line);
}

const history: EventSketch[] = [
  ...[added(1, id('d1')), added(1, id('d2'), globex, ada), requested(2, id('e1')), added(3, id('d3'))],
  ...[requested(2, id('e1'), globex, ada), requested(3, id('e2'), acme, bob), added(3, erased)],
  ...[decided('VerificationApproved', 4, id('e1')), decided('VerificationRejected', 5, id('e2'), acme, bob)],
  ...[
    ended('VerificationLapsed', 6, id('e1')),
    removed(6, id('d1')),
    ended('VerificationEvidenceExpired', 7, id('e1')),
  ],
  ...[requested(8, id('e3')), ended('VerificationWithdrawn', 9, id('e3')), removed(9, id('d3')), added(10, id('d4'))],
];

/** Rows of all tables after the history came in batches that end where `cuts` say. */
async function rowsAfter(cuts: readonly number[], events: readonly StoredEvent[]): Promise<unknown> {
  const fresh = await startTestDatabase(options);
  try {
    const ends = [...cuts, events.length].sort((one, other) => one - other);
    for (const [index, end] of ends.entries()) {
      const batch = events.slice(ends[index - 1] ?? 0, end);
      await project(fresh.pool, verificationList, batch);
      // The same batch again, as after a crash before anybody heard of it.
      await project(fresh.pool, verificationList, batch);
    }
    return [await listOf(fresh.pool, acme), await listOf(fresh.pool, globex), await keptOf(fresh.pool)];
  } finally {
    await fresh.stop();
  }
}

describe('the list of verifications', () => {
  it('holds the latest of each person, and what became of it', async () => {
    const { pool } = database();
    let past = storedEvents(history.slice(0, 7));
    await project(pool, verificationList, past);
    const open = { status: 'requested', decided_at: null, decided_by_id: null };
    expect(await listOf(pool, acme)).toMatchObject([
      { user_id: ada, verification_id: id('e1'), fields: ['name', 'website'], requested_at: new Date(at(2)), ...open },
      { user_id: bob, verification_id: id('e2'), ...open },
    ]);
    expect(await keptOf(pool)).toEqual([
      ...['0aa1 d1 open', '0aa1 d3 open', '0aa1 request open'],
      ...['0ab2 request open', '0ba1 d2 open', '0ba1 request open'],
    ]);
    for (const [event, status] of [
      [history[7]!, 'approved'],
      [history[9]!, 'lapsed'],
    ] as const) {
      const next = storedEvents([event], past);
      await project(pool, verificationList, next);
      past = [...past, ...next];
      expect((await listOf(pool, acme))[0]).toMatchObject({ status, decided_at: new Date(at(4)), decided_by_id: bob });
    }
    // A decision about a request that another has replaced is none about the other.
    await project(
      pool,
      verificationList,
      storedEvents([requested(8, id('e3')), decided('VerificationApproved', 9, id('e1'))], past),
    );
    expect((await listOf(pool, acme))[0]).toMatchObject({ verification_id: id('e3'), ...open });
  });

  it('is closed to other accounts, also where all ids are the same', async () => {
    const { pool } = database();
    await assertTenantIsolation(pool);
    expect(await listOf(pool, globex)).toMatchObject([{ account_id: globex, user_id: ada, verification_id: id('e1') }]);
    expect((await pool.query(`select from ${table}.verifications`, [])).rowCount).toBe(0);
  });

  it('comes out the same from any split into batches, each of them twice', async () => {
    const events = storedEvents(history);
    const whole = await rowsAfter([], events);
    expect(whole).toMatchObject([
      [
        { user_id: ada, verification_id: id('e3'), status: 'withdrawn', decided_at: null },
        { user_id: bob, verification_id: id('e2'), status: 'rejected' },
      ],
      [{ user_id: ada, status: 'requested' }],
      ['0aa1 d4 10', '0ab2 request 05', '0ba1 d2 open', '0ba1 request open'],
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: history.length - 1 }), { maxLength: 5 }),
        async (cuts) => expect(await rowsAfter(cuts, events)).toEqual(whole),
      ),
      { numRuns: 8 },
    );
  });
});
