import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { assertTenantIsolation } from '@annals/postgres';
import { isMember, members, standingOf } from './projection.js';

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000b1';

const databases = [0, 1].map(() => testDatabase({ service: 'profile', projections: [members] }));
const database = databases[0]!;
const member = (type: string, account: string): EventSketch => ({
  ...{ type, stream: `membership-${account}_${ada}`, account_id: account },
  data: { account_id: account, user_id: ada, ...(type === 'MembershipGranted' ? { role: 'VIEWER' } : {}) },
});
const account = (type: string, account_id: string): EventSketch => ({
  ...{ type, stream: `account-${account_id}`, account_id },
  data: { account_id },
});
/** Told from wherever the person worked at that time. */
const person = (type: string, status: string): EventSketch => ({
  ...{ type, stream: `user-${ada}`, account_id: globex },
  data: { user_id: ada, status },
});
const there = (account_id: string) => standingOf(database().pool, { account_id, user_id: ada });

/** What happens, and what the person is then in the two accounts. */
const life: [EventSketch, 'active' | 'disabled' | null, 'active' | 'disabled' | null][] = [
  [member('MembershipGranted', acme), 'active', null],
  [member('MembershipGranted', acme), 'active', null],
  [member('MembershipGranted', globex), 'active', 'active'],
  [person('UserDisabled', 'disabled'), 'disabled', 'disabled'],
  [person('UserEnabled', 'active'), 'active', 'active'],
  [account('AccountClosed', acme), null, 'active'],
  [person('UserDisabled', 'disabled'), null, 'disabled'],
  [person('UserDeleted', 'deleted'), null, null],
  [account('AccountRestored', acme), null, null],
  [person('UserRestored', 'disabled'), 'disabled', 'disabled'],
  [person('UserRestored', 'active'), 'active', 'active'],
  [member('MembershipEnded', globex), 'active', null],
  [member('MembershipEnded', acme), null, null],
];

describe('the members', () => {
  it('come and go with their membership, their account and themselves', async () => {
    let past = storedEvents([]);
    for (const [sketch, inAcme, inGlobex] of life) {
      const next = storedEvents([sketch], past);
      await project(database().pool, members, next);
      past = [...past, ...next];
      expect([sketch.type, await there(acme), await there(globex)]).toEqual([sketch.type, inAcme, inGlobex]);
    }
    expect(await isMember(database().pool, { account_id: acme, user_id: ada })).toBe(false);
  });

  it('are the same when built at once', async () => {
    const events = storedEvents(life.slice(0, 9).map(([sketch]) => sketch));
    const { pool } = databases[1]!();
    await project(pool, members, events);
    const table = (text: string, of = acme) => rowsOf(pool, of, `select * from members_v2.${text}`);
    expect(await table('members')).toEqual([{ account_id: acme, user_id: ada }]);
    expect(await table('members', globex)).toEqual([{ account_id: globex, user_id: ada }]);
    expect([await table('closed_accounts'), await table('people_out')]).toEqual([
      [],
      [{ user_id: ada, standing: 'deleted' }],
    ]);
  });

  it('are closed to other accounts', () => assertTenantIsolation(database().pool));
});
