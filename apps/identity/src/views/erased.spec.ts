import { project, rowsOf, storedEvents, testDatabase, type EventSketch } from '@annals/testing';
import { migrations } from '../migrations.js';
import { projections } from '../open-identity.js';
import { denials } from './denials/denials.js';
import { grantList } from './grants/grants.js';
import { invitationList } from './invitations/invitations.js';
import { people } from './people/people.js';
import { personQuery } from './person-table.js';
import { sessionList } from './sessions/sessions.js';
import { accountsToAsk, userAccounts } from './user-accounts/user-accounts.js';

const database = testDatabase({ service: 'identity', migrations, projections });
const pool = () => database().pool;

const acme = '018f0000-0000-7000-8000-00000000000a';
const globex = '018f0000-0000-7000-8000-00000000000b';
const ada = '018f0000-0000-7000-8000-0000000000a1';
const bob = '018f0000-0000-7000-8000-0000000000b2';
const at = '2026-01-01T00:00:00.000Z';

const inAccount = (type: string, category: string, account_id: string, data: object): EventSketch => ({
  ...{ type, stream: `${category}-${account_id}_${JSON.stringify(data).length}`, account_id },
  data: { account_id, ...data },
});
const erased = (account_id: string | null, user_id: string): EventSketch => ({
  ...{ type: 'SubjectErased', stream: `erased-${account_id ?? ''}_${user_id}`, account_id },
  data: { account_id, user_id },
});
const everywhere = (make: (account: string, user: string) => EventSketch): EventSketch[] =>
  [acme, globex].flatMap((account) => [ada, bob].map((user) => make(account, user)));
/** Whose rows each account shows, in order. */
const usersIn = async (table: string, column = 'user_id'): Promise<string[][]> =>
  Promise.all(
    [acme, globex].map(async (account) => {
      const rows = await rowsOf<Record<string, string>>(
        pool(),
        account,
        `select ${column} as id from ${table} order by 1`,
      );
      return rows.map(({ id }) => id!);
    }),
  );

describe('when an account erases a member, its rows of them go, and no others', () => {
  it.each([
    [
      'grants',
      grantList,
      'grants_v1.grants',
      'user_id',
      (account: string, user_id: string) =>
        inAccount('RoleGranted', 'grant', account, {
          ...{ user_id, role_id: 'EDITOR', granted_at: at, valid_from: null, expires_at: at },
        }),
    ],
    [
      'denials',
      denials,
      'denials_v1.denials',
      'caller',
      (account: string, user_id: string) =>
        inAccount('AccessDenied', 'denial', account, {
          ...{ user_id, principal: null, method: 'GET', route: '/users', code: 'x', required: null, times: 1 },
        }),
    ],
    [
      'invitations',
      invitationList,
      'invitations_v2.invitations',
      'invitee_id',
      (account: string, invitee_id: string) =>
        inAccount('InvitationCreated', 'invitation', account, {
          ...{ invitee_id, invitation_id: invitee_id, email: 'a@acme.test', email_hash: invitee_id, role: 'VIEWER' },
          ...{ invited_by_id: ada, created_at: at, expires_at: at },
        }),
    ],
    [
      'members',
      people,
      'people_v2.members',
      'user_id',
      (account: string, user_id: string) =>
        inAccount('MembershipGranted', 'membership', account, { user_id, role: 'VIEWER' }),
    ],
  ] as const)('%s', async (_name, projection, table, column, make) => {
    const past = storedEvents(everywhere(make));
    await project(pool(), projection, past);
    expect(await usersIn(table, column)).toEqual([
      [ada, bob],
      [ada, bob],
    ]);
    await project(pool(), projection, storedEvents([erased(acme, ada)], past));
    expect(await usersIn(table, column)).toEqual([[bob], [ada, bob]]);
  });
});

describe('where an address was invited to', () => {
  it('is found until the address is released for good, and by nobody afterwards', async () => {
    const offers = async () =>
      (await pool().query('select from invitations_v2.offers where email_hash = $1', [ada])).rowCount;
    expect(await offers()).toBe(2);
    const released = (reason: string): EventSketch => ({
      ...{ type: 'EmailReleased', stream: `email-${ada}`, data: { email_hash: ada, user_id: ada, reason } },
    });
    const after = storedEvents(everywhere((account) => erased(account, bob)));
    const later = storedEvents([...Array.from({ length: 8 }, () => released('changed'))], after);
    await project(pool(), invitationList, later);
    expect(await offers()).toBe(2);
    await project(pool(), invitationList, storedEvents([released('erased')], later));
    expect(await offers()).toBe(0);
  });
});

describe('when a person is erased everywhere', () => {
  it('their sign-ins and devices go, and those of others stay', async () => {
    const of = (user_id: string, id: string): EventSketch[] => [
      {
        ...{ type: 'SessionStarted', stream: `session-${id}` },
        data: {
          ...{ session_id: id, user_id, device_id: id, device_name: 'laptop', ip_address: null, user_agent: null },
          ...{ auth_methods: ['pwd'], expires_at: at },
        },
      },
      { type: 'DeviceNamed', stream: `device-${user_id}_${id}`, data: { user_id, device_id: id, name: 'mine' } },
    ];
    const past = storedEvents([...of(ada, acme), ...of(bob, globex)]);
    await project(pool(), sessionList, past);
    const seen = async (user: string) => [
      (await personQuery(pool(), user, 'select from sessions_v2.sessions', [])).rowCount,
      (await personQuery(pool(), user, 'select from sessions_v2.devices', [])).rowCount,
    ];
    const next = storedEvents([erased(acme, ada)], past);
    await project(pool(), sessionList, next);
    expect(await seen(ada)).toEqual([1, 1]);
    await project(pool(), sessionList, storedEvents([erased(null, ada)], next));
    expect([await seen(ada), await seen(bob)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('it is still known which accounts have to let them go, until each has', async () => {
    const past = storedEvents(
      everywhere((account, user_id) => inAccount('MembershipGranted', 'membership', account, { user_id })),
    );
    await project(pool(), userAccounts, past);
    const next = storedEvents([erased(null, ada)], past);
    await project(pool(), userAccounts, next);
    expect(await accountsToAsk(pool(), ada)).toEqual([acme, globex]);
    await project(pool(), userAccounts, storedEvents([erased(acme, ada), erased(globex, ada)], next));
    expect([await accountsToAsk(pool(), ada), await accountsToAsk(pool(), bob)]).toEqual([[], [acme, globex]]);
  });
});
