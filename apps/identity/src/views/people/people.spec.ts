import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { erased } from '@annals/event-store';
import { assertTenantIsolation } from '@annals/postgres';
import { people } from './people.js';

const database = testDatabase({ service: 'identity', projections: [people] });
const pool = () => database().pool;

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const late = '018f0000-0000-7000-8000-0000000000c3';

const said = (type: string, user_id: string, data: Record<string, unknown> = {}): EventSketch => ({
  ...{ type, stream: `user-${user_id}`, account_id: acme },
  data: { user_id, ...data },
});
const registered = (user_id: string, over: Record<string, unknown> = {}) =>
  said('UserRegistered', user_id, {
    ...{ email: `${user_id}@acme.test`, name: 'Ada Lovelace', email_hash: 'e', status: 'pending' },
    ...{ home_account_id: null, managed_by: acme, profile_image: null, joins: [], ...over },
  });
const member = (account_id: string, user_id: string, role = 'VIEWER', type = 'MembershipGranted'): EventSketch => ({
  ...{ type, account_id, stream: `membership-${account_id}_${user_id}` },
  data: { account_id, user_id, role },
});

const membersOf = (account: string) =>
  rowsOf<Record<string, unknown>>(
    pool(),
    account,
    'select user_id, email, name, status, role, managed_here from people_v2.members order by user_id',
  );
const termsOf = async (account: string, user: string) => {
  const text = 'select term from people_v2.member_terms where user_id = $1 order by term';
  return (await rowsOf<{ term: string }>(pool(), account, text, [user])).map(({ term }) => term);
};

const past = storedEvents([
  registered(ada, { email: 'ada.l@acme.test' }),
  member(acme, ada, 'ADMIN'),
  registered(bob, { email: erased, name: erased, status: 'active' }),
  member(acme, bob),
  member(globex, bob),
  // Nobody waits for the person: the membership may come first.
  member(globex, late),
]);
beforeAll(() => project(pool(), people, past));

it('is closed to other accounts, and shows nothing without one', async () => {
  await assertTenantIsolation(pool());
  for (const table of ['people', 'members', 'member_terms', 'person_accounts']) {
    expect((await pool().query(`select from people_v2.${table}`, [])).rowCount).toBe(0);
  }
  expect(await rowsOf(pool(), globex, 'select user_id from people_v2.people')).toEqual([{ user_id: bob }]);
});

it('shows who belongs to the account, and whether it looks after them', async () => {
  expect(await membersOf(acme)).toEqual([
    {
      ...{ user_id: ada, email: 'ada.l@acme.test', name: 'Ada Lovelace', status: 'pending' },
      ...{ role: 'ADMIN', managed_here: true },
    },
    { user_id: bob, email: null, name: null, status: 'active', role: 'VIEWER', managed_here: true },
  ]);
  expect(await membersOf(globex)).toMatchObject([
    { user_id: bob, managed_here: false },
    { user_id: late, status: 'unknown' },
  ]);
});

it('finds them by the beginning of each word, and an erased person by nothing', async () => {
  expect(await termsOf(acme, ada)).toEqual(['ada lovelace', 'ada.l@acme.test', 'l@acme.test', 'lovelace']);
  expect(await termsOf(acme, bob)).toEqual([]);
});

it('tells every account of a person what becomes of them', async () => {
  const next = storedEvents(
    [
      registered(late, { name: 'Léa', email: 'lea@globex.test', managed_by: globex }),
      said('UserUpdated', bob, { name: 'Bob Bright' }),
      said('EmailChanged', bob, { email: 'bob@new.test', email_hash: 'f' }),
      said('EmailVerified', ada, { status: 'active' }),
      said('UserDisabled', bob, { status: 'disabled' }),
      said('EmailVerified', bob, { status: 'active' }),
      member(acme, bob, 'EDITOR', 'MembershipRoleChanged'),
    ],
    past,
  );
  await project(pool(), people, next);
  const bobNow = { user_id: bob, name: 'Bob Bright', email: 'bob@new.test', status: 'disabled' };
  expect(await membersOf(acme)).toMatchObject([
    { user_id: ada, status: 'active' },
    { ...bobNow, role: 'EDITOR' },
  ]);
  expect(await membersOf(globex)).toMatchObject([
    { ...bobNow, role: 'VIEWER' },
    { user_id: late, name: 'Léa', status: 'pending', managed_here: true },
  ]);
  for (const account of [acme, globex]) {
    expect(await termsOf(account, bob)).toEqual(['bob bright', 'bob@new.test', 'bright']);
  }
  expect(await termsOf(globex, late)).toEqual(['lea', 'lea@globex.test']);

  const end = storedEvents(
    [
      said('UserDeleted', bob, { status: 'deleted' }),
      said('UserUpdated', bob, { profile_image: null }),
      member(globex, late, 'VIEWER', 'MembershipEnded'),
      said('UserRestored', ada, { status: 'disabled' }),
      said('UserEnabled', ada, { status: 'active' }),
    ],
    [...past, ...next],
  );
  await project(pool(), people, end);
  expect(await membersOf(globex)).toMatchObject([{ ...bobNow, status: 'deleted' }]);
  expect(await membersOf(acme)).toMatchObject([{ user_id: ada, status: 'active' }, { status: 'deleted' }]);
  expect(await termsOf(globex, late)).toEqual([]);
});
