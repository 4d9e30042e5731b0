import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { erased } from '@annals/event-store';
import { assertTenantIsolation } from '@annals/postgres';
import { migrations } from '../migrations.js';
import { people } from './people/people.js';
import { personQuery } from './person-table.js';
import { sessionList } from './sessions/sessions.js';
import { accountsToAsk, userAccounts } from './user-accounts/user-accounts.js';

const projections = [people, sessionList, userAccounts];
const database = testDatabase({ service: 'identity', migrations, projections });
const pool = () => database().pool;

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const session_id = '018f0000-0000-7000-8000-0000000000c1';

const registered = (user_id: string, over: Record<string, unknown> = {}): EventSketch => ({
  type: 'UserRegistered',
  stream: `user-${user_id}`,
  account_id: acme,
  data: { user_id, email: `${user_id}@acme.test`, name: 'Ada', email_hash: 'e', status: 'pending', ...over },
});
const admitted = (account_id: string, user_id: string, role = 'VIEWER', type = 'MembershipGranted'): EventSketch => ({
  type,
  stream: `membership-${account_id}_${user_id}`,
  account_id,
  data: { account_id, user_id, role },
});

const peopleOf = (account: string) =>
  rowsOf<Record<string, unknown>>(
    pool(),
    account,
    'select p.* from people_v1.people p join people_v1.members m using (user_id) order by user_id',
  );

it('every table of an account is closed to the others', async () => {
  await assertTenantIsolation(pool());
});

describe('people', () => {
  const past = storedEvents([
    registered(ada),
    admitted(acme, ada, 'ADMIN'),
    registered(bob, { email: erased, name: erased, status: 'active' }),
    admitted(acme, bob),
    admitted(globex, bob),
    {
      type: 'EmailVerified',
      stream: `user-${ada}`,
      account_id: acme,
      data: { user_id: ada, status: 'active' },
      metadata: {
        occurred_at: '2026-01-02T00:00:00.000Z',
        actor: { user_id: bob, session_id: null, kind: 'user', on_behalf_of: null },
      },
    },
  ]);
  beforeAll(() => project(pool(), people, past));

  it('shows who belongs to the account, with when and by whom they last changed', async () => {
    expect(await peopleOf(acme)).toMatchObject([
      {
        ...{ user_id: ada, email: `${ada}@acme.test`, name: 'Ada', status: 'active', revision: '1' },
        ...{ updated_by_id: bob, updated_at: new Date('2026-01-02T00:00:00.000Z'), created_by_id: null },
      },
      { user_id: bob, email: null, name: null, status: 'active' },
    ]);
  });

  it('shows another account its own people alone', async () => {
    expect(await peopleOf(globex)).toMatchObject([{ user_id: bob }]);
    const bare = await rowsOf(pool(), globex, 'select user_id from people_v1.people');
    expect(bare).toEqual([{ user_id: bob }]);
  });

  it('shows nothing without an account', async () => {
    expect((await pool().query('select from people_v1.people', [])).rowCount).toBe(0);
    expect((await pool().query('select from people_v1.members', [])).rowCount).toBe(0);
  });

  it('follows roles and the end of a membership', async () => {
    const next = storedEvents(
      [
        admitted(acme, bob, 'EDITOR', 'MembershipRoleChanged'),
        admitted(globex, bob, 'VIEWER', 'MembershipEnded'),
        { type: 'SuperAdminGranted', stream: `user-${ada}`, data: { user_id: ada } },
        { type: 'UserDisabled', stream: `user-${bob}`, data: { user_id: bob, status: 'disabled' } },
        { type: 'EmailVerified', stream: `user-${bob}`, data: { user_id: bob, status: 'active' } },
        { type: 'EmailVerificationRequested', stream: `user-${bob}`, data: { user_id: bob } },
      ],
      past,
    );
    await project(pool(), people, next);
    expect(await peopleOf(globex)).toEqual([]);
    expect(await peopleOf(acme)).toMatchObject([
      { user_id: ada, is_super_admin: true },
      { user_id: bob, status: 'disabled', revision: '3' },
    ]);
    const roles = await rowsOf(pool(), acme, 'select user_id, role from people_v1.members order by user_id');
    expect(roles).toEqual([
      { user_id: ada, role: 'ADMIN' },
      { user_id: bob, role: 'EDITOR' },
    ]);
  });
});

describe('accounts to ask', () => {
  it('are those of the person, oldest first, without the ones they left', async () => {
    const first = storedEvents([admitted(globex, ada), admitted(acme, ada), admitted(acme, bob)]);
    await project(pool(), userAccounts, first);
    expect(new Set(await accountsToAsk(pool(), ada))).toEqual(new Set([acme, globex]));
    await project(pool(), userAccounts, storedEvents([admitted(globex, ada, 'VIEWER', 'MembershipEnded')], first));
    expect(await accountsToAsk(pool(), ada)).toEqual([acme]);
    expect(await accountsToAsk(pool(), bob)).toEqual([acme]);
  });
});

describe('sessions', () => {
  it('are seen by their person alone, with their end', async () => {
    const stream = `session-${session_id}`;
    const data = {
      ...{ session_id, user_id: ada, device_id: ada, device_name: 'laptop', ip_address: erased, user_agent: null },
      ...{ auth_methods: ['pwd'], expires_at: '2026-01-31T00:00:00.000Z' },
    };
    const events = storedEvents([
      { type: 'SessionStarted', stream, data },
      {
        ...{ type: 'SessionEnded', stream, data: { session_id, user_id: ada, reason: 'logout' } },
        metadata: { occurred_at: '2026-01-02T00:00:00.000Z' },
      },
    ]);
    await project(pool(), sessionList, events);
    const seenBy = (user: string) =>
      personQuery<Record<string, unknown>>(pool(), user, 'select * from sessions_v2.sessions', []);
    expect((await seenBy(ada)).rows).toMatchObject([
      {
        ...{ session_id, device_name: 'laptop', ip_address: null, auth_methods: ['pwd'] },
        ended_at: new Date('2026-01-02T00:00:00.000Z'),
      },
    ]);
    expect((await seenBy(bob)).rows).toEqual([]);
  });
});
