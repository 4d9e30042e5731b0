import { assertTenantIsolation, projectBatch, projectionSchema, readCheckpoint } from '@annals/postgres';
import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import fc from 'fast-check';
import { noAccount } from '../log/by-account.js';
import { makeMonths } from '../log/months.js';
import { auditLog } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const session = '018f0000-0000-7000-8000-0000000000c1';
const schema = projectionSchema(auditLog);

const profileOf = (account: string, data: Record<string, unknown>, over: Partial<EventSketch> = {}): EventSketch => ({
  type: 'ProfileUpdated',
  stream: `profile-${account}_${ada}`,
  account_id: account,
  data: { account_id: account, user_id: ada, updated_at: '2026-01-01T00:00:00.000Z', ...data },
  ...over,
});
const sealed = (text: string) => ({ sealed: `v1.${text}` });

describe('the audit log', () => {
  const database = testDatabase({ service: 'activity', projections: [auditLog] });
  const entries = (account: string) =>
    rowsOf<Record<string, unknown>>(
      database().pool,
      account,
      `select * from ${schema}.audit_entries order by commit_pos`,
    );

  it('turns each event into one row that answers who, what, when, from where', async () => {
    const [event] = storedEvents([
      profileOf(
        acme,
        { name: sealed('Ada'), reason: 'asked' },
        {
          metadata: {
            actor: { user_id: ada, session_id: session, kind: 'user', on_behalf_of: null },
            traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
            client: { ip: 'v1.ip', user_agent: 'Mozilla' },
            occurred_at: '2026-03-05T10:00:00.000Z',
          },
        },
      ),
    ]);
    await project(database().pool, auditLog, [event!]);
    const [row] = await entries(acme);
    expect(row).toMatchObject({
      id: event!.id,
      account_id: acme,
      entity: 'Profile',
      entity_id: ada,
      action: 'UPDATE',
      event_type: 'ProfileUpdated',
      actor_kind: 'user',
      actor_user_id: ada,
      session_id: session,
      ip_sealed: 'v1.ip',
      user_agent: 'Mozilla',
      request_id: event!.metadata.request_id,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      reason: 'asked',
      occurred_at: new Date('2026-03-05T10:00:00.000Z'),
    });
    expect(row!.changes).toMatchObject({ name: { old: null, new: { value: sealed('Ada'), event_id: event!.id } } });
  });

  it('keeps accounts apart, also for identical ids', async () => {
    await project(
      database().pool,
      auditLog,
      storedEvents(
        [profileOf(globex, { name: sealed('G') })],
        storedEvents([profileOf(acme, {}), profileOf(acme, {})]),
      ),
    );
    const mine = await entries(globex);
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({ account_id: globex, changes: { name: { old: null } } });
    const { rows } = await database().pool.query(`select * from ${schema}.audit_entries`);
    expect(rows).toEqual([]);
  });

  it('is cut into months, each closed like the whole and made by the owner alone', async () => {
    const { pool, ownerUrl } = database();
    await assertTenantIsolation(pool);
    await makeMonths(ownerUrl, [auditLog]);
    const { rows } = await pool.query<{ name: string; forced: boolean }>(
      `select c.relname as name, c.relforcerowsecurity as forced from pg_inherits i
       join pg_class c on c.oid = i.inhrelid where i.inhparent = '${schema}.audit_entries'::regclass order by 1`,
      [],
    );
    const now = new Date();
    const month = (ahead: number) =>
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7).replace('-', 'm');
    expect(rows).toEqual(
      ['_other', ...[0, 1, 2].map((ahead) => `_y${month(ahead)}`)].map((part) => ({
        name: `audit_entries${part}`,
        forced: true,
      })),
    );
    await expect(pool.query(`select ${schema}.make_months(5)`)).rejects.toThrow('permission denied');
  });

  it('puts a line of this month into its month, where it can be read like any other', async () => {
    const occurred_at = new Date().toISOString();
    const before = storedEvents(Array.from({ length: 9 }, () => profileOf(acme, {})));
    await project(
      database().pool,
      auditLog,
      storedEvents([profileOf(acme, { bio: 'now' }, { metadata: { occurred_at } })], before),
    );
    const [row] = await rowsOf<{ part: string }>(
      database().pool,
      acme,
      `select tableoid::regclass::text as part from ${schema}.audit_entries where occurred_at = $1`,
      [occurred_at],
    );
    expect(row!.part).toMatch(/audit_entries_y\d{4}m\d{2}$/);
  });
});

describe('text that PostgreSQL does not like', () => {
  const database = testDatabase({ service: 'activity', projections: [auditLog] });

  it('does not stop the log', async () => {
    const nasty = 'a\0b\ud800 "quoted" {braces} \\ back, comma';
    const metadata = { client: { ip: null, user_agent: nasty } };
    await project(
      database().pool,
      auditLog,
      storedEvents([profileOf(acme, { bio: nasty, reason: nasty }, { metadata })]),
    );
    const [row] = await rowsOf<{ changes: Record<string, { new: { value: string } }>; user_agent: string }>(
      database().pool,
      acme,
      `select changes, user_agent from ${schema}.audit_entries`,
    );
    expect(row!.changes.bio!.new.value).toBe(nasty);
    expect(row!.user_agent).toContain('"quoted" {braces} \\ back, comma');
  });
});

describe('an event of no account', () => {
  const database = testDatabase({ service: 'activity', projections: [auditLog] });

  it('stands in nobody’s log, or in that of the account it is about', async () => {
    const throttled = { type: 'SignInThrottled', stream: `credential-${ada}`, data: { user_id: ada, failures: 5 } };
    const granted = {
      type: 'MembershipGranted',
      stream: `membership-${acme}_${ada}`,
      data: { account_id: acme, user_id: ada, role: 'VIEWER' },
    };
    await project(database().pool, auditLog, storedEvents([throttled, granted]));
    const types = async (account: string) =>
      (
        await rowsOf<{ event_type: string }>(database().pool, account, `select event_type from ${schema}.audit_entries`)
      ).map((row) => row.event_type);
    expect(await types(acme)).toEqual(['MembershipGranted']);
    expect(await types(noAccount)).toEqual(['SignInThrottled']);
  });
});

/** A session that two accounts take part in: its history is one, whichever account's log a line stands in. */
const shared = (account: string, type: string, data: Record<string, unknown>): EventSketch => ({
  type,
  stream: `session-${session}`,
  account_id: account,
  data: { session_id: session, user_id: ada, ...data },
});
const life = storedEvents([
  profileOf(acme, { name: 'Ada' }),
  shared(acme, 'SessionStarted', { device_name: 'Laptop', auth_methods: ['pwd'] }),
  profileOf(globex, { name: 'A.' }),
  shared(globex, 'AccountSwitched', { account_id: globex }),
  profileOf(acme, { name: null, bio: 'Analyst' }),
  shared(globex, 'SessionEnded', { reason: 'logout' }),
  { ...profileOf(globex, {}), type: 'ProfileDeleted', data: { account_id: globex, user_id: ada } },
  profileOf(acme, { bio: 'Countess' }),
]);

describe('laws of the audit log', () => {
  const databases = Array.from({ length: 6 }, () => testDatabase({ service: 'activity', projections: [auditLog] }));
  const all = async (database: () => ReturnType<(typeof databases)[0]>) => {
    const { pool } = database();
    const of = (account: string) =>
      rowsOf<object>(pool, account, `select * from ${schema}.audit_entries order by commit_pos`);
    const { rows } = await pool.query(`select stream, fields::text from ${schema}.last_values order by stream`, []);
    return { acme: await of(acme), globex: await of(globex), last: rows };
  };

  it('any split into batches, with every batch delivered twice, leaves the same rows', async () => {
    const [whole, ...others] = databases as [(typeof databases)[0], ...typeof databases];
    await project(whole().pool, auditLog, life);
    const expected = await all(whole);
    expect(expected.acme).toHaveLength(4);
    expect(expected.globex).toHaveLength(4);
    const cuts = fc.sample(fc.subarray([1, 2, 3, 4, 5, 6, 7]), { numRuns: others.length - 1, seed: 7 });
    for (const [index, cut] of [[1, 2, 3, 4, 5, 6, 7], ...cuts].entries()) {
      const { pool } = others[index]!();
      const bounds = [0, ...cut, life.length];
      let from = (await readCheckpoint(pool, auditLog)).position;
      for (const [place, begin] of bounds.slice(0, -1).entries()) {
        const batch = life.slice(begin, bounds[place + 1]);
        const checkpoint = batch.at(-1)!.position;
        await projectBatch(pool, auditLog, from, batch, checkpoint);
        await projectBatch(pool, auditLog, checkpoint, batch, checkpoint);
        from = checkpoint;
      }
      expect(await all(others[index]!)).toEqual(expected);
    }
  });

  it('old values follow the stream and not the account', async () => {
    const { globex: rows } = await all(databases[0]!);
    const ended = rows.find((row) => (row as { event_type: string }).event_type === 'SessionEnded');
    expect(ended).toMatchObject({
      reason: 'logout',
      changes: {
        device_name: { old: { value: 'Laptop' }, new: null },
        account_id: { old: { value: globex }, new: null },
      },
    });
  });
});
