import { readCheckpoint, type Pool } from '@annals/postgres';
import { project, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { retentionModel, retentionSchema } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const root = '018f0000-0000-7000-8000-0000000000b2';
const by = (user_id: string) => ({
  actor: { user_id, session_id: null, kind: 'user' as const, on_behalf_of: null },
});
const chosen = (account_id: string, days: object): EventSketch => ({
  ...{ type: 'RetentionChanged', stream: `retention-${account_id}`, account_id },
  data: { account_id, days, updated_at: '2026-03-01T12:00:00.000Z' },
  metadata: by(root),
});
const tracked = (account_id: string, day: string): EventSketch => ({
  ...{ type: 'ActivityTracked', stream: `tracked-${account_id}_${ada}_${day}`, account_id },
  data: { account_id, user_id: ada, batch_id: ada, count: 1, facts: [] },
  metadata: by(ada),
});
const events = storedEvents([
  tracked(acme, '20260301'),
  tracked(acme, '20260301'),
  tracked(acme, '20260302'),
  chosen(acme, { activity: 7, audit: 500 }),
  tracked(globex, '20260302'),
  chosen(acme, { audit: null }),
]);

const once = testDatabase({ service: 'activity', projections: [retentionModel] });
const split = testDatabase({ service: 'activity', projections: [retentionModel] });

async function contents(pool: Pool): Promise<unknown[]> {
  const tables = [
    `select * from ${retentionSchema}.accounts order by account`,
    `select * from ${retentionSchema}.holders order by account, holder`,
    `select account, person, day from ${retentionSchema}.fact_days order by account, day`,
  ];
  return Promise.all(tables.map(async (text) => (await pool.query(text, [])).rows));
}

describe('what sweeps know of all accounts', () => {
  it('is what accounts chose, whose keys they need, and on which days there are facts', async () => {
    await project(once().pool, retentionModel, events);
    expect(await contents(once().pool)).toEqual([
      [
        { account: acme, activity: 7, analytics: null, audit: null, security: null },
        { account: globex, activity: null, analytics: null, audit: null, security: null },
      ],
      [
        { account: acme, holder: `${acme}/${ada}` },
        { account: acme, holder: `${acme}/${root}` },
        { account: globex, holder: `${globex}/${ada}` },
      ],
      [
        { account: acme, person: ada, day: '2026-03-01' },
        { account: acme, person: ada, day: '2026-03-02' },
        { account: globex, person: ada, day: '2026-03-02' },
      ],
    ]);
  });

  it('is the same however the events come', async () => {
    for (const event of events) await project(split().pool, retentionModel, [event]);
    expect(await contents(split().pool)).toEqual(await contents(once().pool));
    expect((await readCheckpoint(split().pool, retentionModel)).position).toEqual(events.at(-1)!.position);
  });
});
