import { testDatabase, vacuumTables } from '@annals/testing';
import { withTenant } from '@annals/postgres';
import { countOf, pageOf, type MemberQuery, type MemberRow } from '../../user/member-query.js';
import { people } from './people.js';

const database = testDatabase({ service: 'identity', projections: [people] });
const pool = () => database().pool;

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const size = 20_000;

/** People as the projection leaves them, made by the database because the events of so many take minutes. */
async function fill(accountId: string, count: number): Promise<void> {
  await withTenant(pool(), { accountId }, async (tx) => {
    await tx.query(
      `insert into people_v2.members
         (account_id, user_id, role, since, email, name, status, created_at, managed_here, email_key, name_key)
       select $1, gen_random_uuid(), case when n % 50 = 0 then 'EDITOR' else 'VIEWER' end, at, email, name,
         case when n % 100 = 0 then 'disabled' else 'active' end, at, true, email, name
       from generate_series(1, $2::int) n,
         lateral (select 'Person ' || md5(n::text) as name, md5(n::text) || '@many.test' as email,
                    timestamptz '2026-01-01' + n * interval '1 second' as at) made`,
      [accountId, count],
    );
    await tx.query(
      `insert into people_v2.member_terms (account_id, term, user_id)
       select account_id, unnest(array[lower(name), email, substr(name, 8)]), user_id from people_v2.members`,
      [],
    );
  });
}

beforeAll(async () => {
  await fill(acme, size);
  await fill(globex, 1_000);
  await vacuumTables(database().ownerUrl, ['people_v2.members', 'people_v2.member_terms']);
}, 180_000);

const all: MemberQuery = {
  ...{ accountId: acme, q: undefined, role: undefined, statuses: ['pending', 'active', 'disabled'] },
  ...{ sortBy: 'name', descending: false, limit: 51, from: { offset: 0 } },
};

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}

/** Every step of the plan that PostgreSQL takes, as the account's own role. */
async function steps([text, values]: [string, unknown[]], accountId = acme): Promise<Plan[]> {
  const { rows } = await withTenant(pool(), { accountId }, (tx) =>
    tx.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (analyze, format json) ${text}`, values),
  );
  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
  return flat(rows[0]!['QUERY PLAN'][0].Plan);
}

const rowsRead = (plan: readonly Plan[]) =>
  Math.max(...plan.map((step) => step['Actual Rows'] * step['Actual Loops'] + (step['Rows Removed by Filter'] ?? 0)));
const kindsOf = (plan: readonly Plan[]) => plan.map((step) => step['Node Type']);

async function pageAfter(query: MemberQuery): Promise<MemberRow[]> {
  return (await withTenant(pool(), { accountId: acme }, (tx) => tx.query<MemberRow>(...pageOf(query)))).rows;
}

describe(`a list of ${size} people`, () => {
  it.each([
    ['name', 'members_by_name'],
    ['email', 'members_by_email'],
    ['created_at', 'members_by_creation'],
  ] as const)('by %s reads one index for one page, both ways', async (sortBy, index) => {
    for (const descending of [true, false]) {
      const plan = await steps(pageOf({ ...all, sortBy, descending }));
      expect(kindsOf(plan)).toEqual(expect.arrayContaining(['Limit', 'Index Only Scan']));
      expect(plan.map((step) => step['Index Name']).filter(Boolean)).toEqual([index]);
      expect(kindsOf(plan)).not.toContain('Sort');
      expect(rowsRead(plan)).toBe(51);
    }
  });

  it.each(['name', 'email', 'created_at'] as const)(
    'by %s begins a later page where the one before ended',
    async (sortBy) => {
      const [middle] = await pageAfter({ ...all, sortBy, limit: 1, from: { offset: size - 200 } });
      const after = [middle!.sort_key, middle!.user_id] as const;
      const plan = await steps(pageOf({ ...all, sortBy, from: { after } }));
      expect(kindsOf(plan)).not.toEqual(expect.arrayContaining(['Sort', 'Seq Scan']));
      expect(rowsRead(plan)).toBe(51);
    },
  );

  it.each([
    ['name', true],
    ['email', false],
    ['created_at', true],
  ] as const)('by %s shows everybody once, page by page', async (sortBy, descending) => {
    const seen: string[] = [];
    let from: MemberQuery['from'] = { offset: 0 };
    for (;;) {
      const page = await pageAfter({ ...all, sortBy, descending, limit: 997, from });
      seen.push(...page.map((row) => row.user_id));
      const last = page.at(-1);
      if (!last || page.length < 997) break;
      from = { after: [last.sort_key, last.user_id] };
    }
    expect([seen.length, new Set(seen).size]).toEqual([size, size]);
  });

  it('is counted in an index, also by status and role', async () => {
    for (const query of [all, { ...all, role: 'EDITOR' }, { ...all, statuses: ['disabled'] }]) {
      const plan = await steps(countOf(query));
      expect(plan.map((step) => step['Index Name']).filter(Boolean)).toEqual(['members_by_status']);
      expect(kindsOf(plan)).toContain('Index Only Scan');
    }
  });

  it('is searched by the beginning of a word without reading the rest', async () => {
    const [somebody] = await pageAfter({ ...all, limit: 1, from: { offset: 7_000 } });
    const q = somebody!.email!.slice(0, 8).toUpperCase();
    expect((await pageAfter({ ...all, q })).map((row) => row.user_id)).toEqual([somebody!.user_id]);
    for (const query of [pageOf({ ...all, q }), countOf({ ...all, q })]) {
      const plan = await steps(query);
      expect(kindsOf(plan)).not.toContain('Seq Scan');
      expect(rowsRead(plan)).toBeLessThan(10);
    }
  });
});
