import { withTenant } from '@annals/postgres';
import { type EventSketch, project, storedEvents, testDatabase, vacuumTables } from '@annals/testing';
import { list } from './list.js';
import { directory } from './projection.js';
import { readQuestion } from './question.js';
import { search } from './search.js';

const database = testDatabase({ service: 'profile', projections: [directory] });
const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const size = 10_000;

const syllables = [
  'ba',
  'den',
  'ko',
  'li',
  'mar',
  'no',
  'pes',
  'ra',
  'sto',
  'tin',
  'u',
  'vel',
  'wi',
  'zan',
  'ge',
  'ho',
];
const part = (n: number) => syllables[n % syllables.length]!;
/** Some hundred first names, thousands of last names, in a fixed order that nothing else follows. */
const nameOf = (n: number) =>
  `${part(n * 7)}${part(Math.floor(n / 3))}${part(5)} ${part(n)}${part(Math.floor(n / 16))}${part(Math.floor(n / 256))}${part(n * 11)}`;
const idOf = (n: number) => `018f0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

function personIn(account_id: string, n: number): EventSketch[] {
  const user_id = idOf(n);
  const fields = { name: nameOf(n), handle: `${part(n)}.${n}` };
  return [
    {
      ...{ type: 'MembershipGranted', stream: `membership-${account_id}_${user_id}`, account_id },
      data: { account_id, user_id, role: 'VIEWER' },
    },
    {
      ...{ type: 'ProfileUpdated', stream: `profile-${account_id}_${user_id}`, account_id },
      data: { account_id, user_id, updated_at: '2026-01-01T00:00:00.000Z', ...fields },
    },
  ];
}

beforeAll(async () => {
  const numbers = Array.from({ length: size }, (_, n) => n);
  const events = storedEvents(numbers.flatMap((n) => personIn(n % 20 === 0 ? globex : acme, n)));
  for (let start = 0; start < events.length; start += 500) {
    await project(database().pool, directory, events.slice(start, start + 500));
  }
  await vacuumTables(database().ownerUrl, ['directory_v2.entries', 'directory_v2.words', 'directory_v2.spellings']);
}, 240_000);

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}
const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

/** Runs `work` as the account's own role. @returns what it finds, and the steps of PostgreSQL's plans for all it asked */
async function explained<T>(work: (tx: Parameters<typeof search>[0]) => Promise<T>, accountId = acme) {
  const steps: Plan[] = [];
  const found = await withTenant(database().pool, { accountId }, (tx) =>
    work({
      async query(text, values) {
        const { rows } = await tx.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `explain (analyze, format json) ${text}`,
          values,
        );
        steps.push(...flat(rows[0]!['QUERY PLAN'][0].Plan));
        return tx.query(text, values);
      },
    }),
  );
  return { found, steps };
}

const rowsRead = (steps: readonly Plan[]) =>
  steps
    .filter((step) => step['Relation Name'])
    .reduce(
      (sum, step) => sum + (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'],
      0,
    );
const scanned = (steps: readonly Plan[]) =>
  steps.filter((step) => step['Node Type'] === 'Seq Scan' && step['Relation Name'] !== 'away');

const someone = 4_321;
const [first, last] = nameOf(someone).split(' ') as [string, string];
const slip = `${last.slice(0, 2)}${last.slice(3)}`;

describe(`a directory of ${size} members`, () => {
  it.each([
    ['a handle', `${part(someone)}.${someone}`],
    ['a beginning', last.slice(0, 4)],
    ['one letter', 'm'],
    ['a slip', slip],
    ['two words', `${first} ${last}`],
    ['two words with slips in both', `${first.slice(0, 3)}${first.slice(4)} ${slip}`],
    ['nobody', 'xqxqxqxq'],
    ['one letter a hundred times', 'm'.repeat(100)],
  ])('is searched by %s without reading the rest', async (_what, q) => {
    const { found, steps } = await explained((tx) => search(tx, acme, readQuestion(q), 21));
    expect(found.length).toBeLessThanOrEqual(21);
    expect(scanned(steps)).toEqual([]);
    expect(rowsRead(steps)).toBeLessThan(size);
  });

  it('asks nothing where there is no letter and no digit', async () => {
    const { steps } = await explained((tx) => search(tx, acme, readQuestion('%\\ *?'), 21));
    expect(steps).toEqual([]);
  });

  it('finds the one who is meant', async () => {
    for (const q of [`${first} ${last}`, `${last} ${first}`, `${first} ${slip}`, `@${part(someone)}.${someone}`]) {
      const { found } = await explained((tx) => search(tx, acme, readQuestion(q), 50));
      expect(found).toContain(idOf(someone));
    }
  });

  it('reads one page for one page of the alphabet, wherever it begins', async () => {
    const all = await withTenant(database().pool, { accountId: acme }, (tx) => list(tx, acme, size, null));
    expect(new Set(all.map(({ user_id }) => user_id)).size).toBe(size * 0.95);
    const middle = all[7_000]!;
    for (const after of [null, [middle.sort_key, middle.user_id] as const]) {
      const { found, steps } = await explained((tx) => list(tx, acme, 51, after));
      expect(found[0]!.user_id).toBe(all[after ? 7_001 : 0]!.user_id);
      expect(steps.map((step) => step['Node Type'])).not.toEqual(expect.arrayContaining(['Sort']));
      expect([scanned(steps), rowsRead(steps)]).toEqual([[], 51]);
    }
  });

  it('has a small account answer from its own rows', async () => {
    const { found, steps } = await explained((tx) => search(tx, globex, readQuestion('m'), 21), globex);
    expect(found.every((id) => parseInt(id.slice(-12), 16) % 20 === 0)).toBe(true);
    expect(scanned(steps)).toEqual([]);
  });
});
