import { withTenant } from '@annals/postgres';
import { startTestStores } from '@annals/testing';
import { demoPeopleOf, type DemoPerson } from '../testing/demo-people.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
let ada: DemoPerson;
let vera: DemoPerson;
let bill: DemoPerson;
let gus: DemoPerson;

beforeAll(async () => {
  ({ ada, vera, bill, gus } = await demoPeopleOf(service(), {
    ...{ ada: 'admin@acme.test', vera: 'viewer@acme.test', bill: 'billing@acme.test', gus: 'admin@globex.test' },
  }));
});

interface Analysis {
  roles: { role_id: string; base_members: number; granted_members: number; temporary: number; ending_soon: number }[];
  ending_soon: { total: number; data: { user_id: string; role_id: string }[] };
  unused_grants: { total: number; data: { user_id: string; role_id: string }[] };
  hints: Record<string, unknown>[];
}
const analysis = async (who = ada, query = ''): Promise<Analysis> => {
  await service().settled();
  const { status, body } = await who.call('GET', `/roles/analytics${query}`);
  expect(status).toBe(200);
  return body as unknown as Analysis;
};
const give = (person: DemoPerson, role_id: string, days?: number) => {
  const expires_at = days && new Date(Date.now() + days * 86_400_000).toISOString();
  return ada.call('POST', `/users/${person.user_id}/roles`, { body: { role_id, ...(days ? { expires_at } : {}) } });
};
const use = ({ account_id, user_id }: DemoPerson, permission: string, at = new Date()) =>
  withTenant(service().identity.pool, { accountId: account_id }, (tx) =>
    tx.query(
      `insert into permission_uses (account_id, user_id, permission, last_used_at, uses) values ($1, $2, $3, $4, 1)
       on conflict (account_id, user_id, permission) do update set last_used_at = excluded.last_used_at`,
      [account_id, user_id, permission, at],
    ),
  );

describe('the analysis of roles', () => {
  it('counts who has each, and what ends soon', async () => {
    await give(vera, 'EDITOR', 3);
    await give(vera, 'ANALYTICS', 30);
    await give(bill, 'EDITOR');
    const { roles, ending_soon } = await analysis();
    const of = (id: string) => roles.find(({ role_id }) => role_id === id);
    expect(of('EDITOR')).toMatchObject({ base_members: 1, granted_members: 2, temporary: 1, ending_soon: 1 });
    expect(of('ANALYTICS')).toMatchObject({ base_members: 1, granted_members: 1, temporary: 1, ending_soon: 0 });
    expect(of('ADMIN')).toMatchObject({ base_members: 1, granted_members: 0 });
    expect(ending_soon).toMatchObject({ total: 1, data: [{ user_id: vera.user_id, role_id: 'EDITOR' }] });
    expect((await analysis(ada, '?soon_days=60')).ending_soon.total).toBe(2);
  });

  it('finds grants that nobody used since they were given', async () => {
    const unused = async () =>
      (await analysis()).unused_grants.data.map(({ user_id, role_id }) => `${user_id} ${role_id}`);
    const [veraEdits, billEdits] = [`${vera.user_id} EDITOR`, `${bill.user_id} EDITOR`];
    expect(await unused()).toEqual(expect.arrayContaining([veraEdits, billEdits]));
    await use(vera, 'PUBLISH_CONTENT');
    await use(bill, 'PUBLISH_CONTENT', new Date('2020-01-01'));
    expect(await unused()).not.toContain(veraEdits);
    expect(await unused()).toContain(billEdits);
    // Where a guard asks for a role, the role is what is used.
    await use(bill, 'AUTHOR');
    expect(await unused()).not.toContain(billEdits);
  });

  it('hints at what could be tidied up', async () => {
    const define = async (body: Record<string, unknown>) =>
      String((await ada.call('POST', '/roles', { body })).body.id);
    const empty = await define({ name: 'Empty' });
    const twin = await define({ name: 'Twin', parent: empty, permissions: [{ permission: 'VIEW_CONTENT' }] });
    await give(vera, twin);
    const { hints } = await analysis();
    expect(hints).toEqual([
      { kind: 'role-gives-nothing', role_id: empty, name: 'Empty' },
      { kind: 'role-equals-built-in', role_id: twin, name: 'Twin', built_in: 'VIEWER' },
    ]);
    await ada.call('DELETE', `/users/${vera.user_id}/roles/${twin}`);
    await give(vera, 'ADMIN', 1);
    const tidied = (await analysis(ada, '?many_admins=2')).hints;
    expect(tidied).toContainEqual({ kind: 'role-without-members', role_id: twin, name: 'Twin' });
    expect(tidied).toContainEqual({ kind: 'many-admins', admins: 2 });
  });

  it('is an account’s own', async () => {
    const theirs = await analysis(gus);
    expect(theirs.ending_soon.total + theirs.unused_grants.total).toBe(0);
    expect(theirs.hints).toEqual([]);
    expect((await bill.call('GET', '/roles/analytics')).body.code).toBe('role-required');
  });
});
