import { project, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
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

const admitted = (account_id: string, user_id: string, role = 'VIEWER', type = 'MembershipGranted'): EventSketch => ({
  type,
  stream: `membership-${account_id}_${user_id}`,
  account_id,
  data: { account_id, user_id, role },
});

it('every table of an account is closed to the others', async () => {
  await assertTenantIsolation(pool());
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
