import { createPool, type Pool, withTenant } from '@annals/postgres';
import { testDatabase } from '@annals/testing';
import { activityLog } from './projection.js';
import { activityTable } from './stored-entry.js';
import { nextEntries, pageSize, type Walk } from './walk-entries.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const ada = '018f0000-0000-7000-8000-0000000000b1';
const database = testDatabase({ service: 'activity', projections: [activityLog] });

/** Of every fifty facts one is Ada's own sign-in, one another person's; all else is Ada's clicks. */
const facts = 60_000;

beforeAll(async () => {
  const { pool } = database();
  await withTenant(pool, { accountId: acme }, (tx) =>
    tx.query(
      `insert into ${activityTable} (account_id, id, user_id, type, category, tags, data, source, request_id, occurred_at,
         recorded_at, commit_pos, prepare_pos, event_id, stream, idx)
       select $1, gen_random_uuid(), case when n % 50 = 1 then gen_random_uuid() else $2::uuid end,
         case when n % 50 = 0 then 'sign_in' else 'click' end, 'interaction', '{}', '{}', 'client', 'r', now(), now(),
         n / 50, n / 50, gen_random_uuid(), 'tracked-1', n % 50
       from generate_series(1, $3::int) n`,
      [acme, ada, facts],
    ),
  );
  // As PostgreSQL does by itself after so many rows.
  const owner = createPool({ url: database().superuserUrl, applicationName: 'analyze' });
  await owner.query(`analyze ${activityTable}`, []);
  await owner.end();
});

interface Plan {
  'Node Type': string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

/** The pool, but each look at the log is explained instead: what came out is how it was done. */
function explaining(pool: Pool, plans: Plan[]): Pool {
  return {
    ...pool,
    withConnection: (use) =>
      pool.withConnection((connection) =>
        use({
          async query<R>(text: string, values?: readonly unknown[]) {
            if (!text.includes('activity_entries')) return connection.query<R>(text, values);
            type Explained = { 'QUERY PLAN': { Plan: Plan }[] };
            const explain = `explain (analyze, buffers, format json) ${text}`;
            const { rows } = await connection.query<Explained>(explain, values);
            plans.push(rows[0]!['QUERY PLAN'][0]!.Plan);
            return { rows: [], rowCount: 0 };
          },
        }),
      ),
  };
}

const nodesOf = (plan: Plan): string[] => [plan['Node Type'], ...(plan.Plans ?? []).flatMap(nodesOf)];
const blocksOf = (plan: Plan): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];

describe('a page of the activity log', () => {
  it.each<[string, Omit<Walk, 'order'>]>([
    ['a person', { about: { accountId: acme, userId: ada }, reader: ada, filter: {} }],
    [
      'a person, of one type that is rare',
      { about: { accountId: acme, userId: ada }, reader: ada, filter: { type: 'sign_in' } },
    ],
    ['an account', { about: { accountId: acme, userId: null }, reader: ada, filter: {} }],
  ])('of %s is read from an index in its order, and costs the same far from the beginning', async (_, walk) => {
    const { pool } = database();
    for (const order of ['asc', 'desc'] as const) {
      const plans: Plan[] = [];
      const explained = explaining(pool, plans);
      await nextEntries(explained, { ...walk, order }, null);
      const middle = String(facts / 100);
      await nextEntries(explained, { ...walk, order }, [middle, middle, '0']);
      const [first, far] = plans as [Plan, Plan];
      expect(nodesOf(far)).not.toContain('Sort');
      expect(nodesOf(far)).not.toContain('Seq Scan');
      // An index scan of the default partition touches a block more here and there.
      expect(blocksOf(far)).toBeLessThanOrEqual(1.3 * blocksOf(first) + 5);
    }
  });

  it('has so many entries and no more', async () => {
    const walk = { about: { accountId: acme, userId: ada }, reader: ada, filter: {}, order: 'asc' } as const;
    expect(await nextEntries(database().pool, walk, null)).toHaveLength(pageSize);
  });
});
