import { randomUUID } from 'node:crypto';
import type { DenialEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import { projectionSchema, withTenant } from '@annals/postgres';
import { signedIn, startTestStores } from '@annals/testing';
import { demoPeopleOf, type DemoPerson } from '../testing/demo-people.js';
import { people } from '../views/people/people.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
let ada: DemoPerson;
let vera: DemoPerson;
let gus: DemoPerson;
const day = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * day).toISOString();

/** A stream in which anything may be written. */
const denialLog: Aggregate<null> = { category: 'denial', initial: null, evolve: () => null };
async function deny(who: DemoPerson, required: string, days: number, times = 1): Promise<void> {
  const { account_id, user_id } = who;
  const denied: DenialEvent['data'] = {
    ...{ account_id, user_id, principal: null, method: 'GET', route: '/audit-logs', operation: 'listAuditLogs' },
    ...{ code: 'permission-required', required, times },
  };
  await service().identity.store.execute(denialLog, `${account_id}_${user_id}`, {
    ...{ id: randomUUID(), context: signedIn('VIEWER', { account_id, user_id }), now: ago(days) },
    decide: () => [{ type: 'AccessDenied', data: denied }],
  });
}

const analysis = async (who: DemoPerson, query = '') => {
  await service().settled();
  const { status, body } = await who.call('GET', `/permissions/analytics${query}`);
  expect(status).toBe(200);
  return body as unknown as {
    permissions: Record<string, unknown>[];
    denials: { total: number; data: Record<string, unknown>[] };
    over_privileged: { total: number; data: { user_id: string; unused: string[] }[] };
  };
};

beforeAll(async () => {
  ({ ada, vera, gus } = await demoPeopleOf(service(), {
    ...{ ada: 'admin@acme.test', vera: 'viewer@acme.test', gus: 'admin@globex.test' },
  }));
  await deny(vera, 'VIEW_AUDIT_LOG', 1, 3);
  await deny(vera, 'VIEW_AUDIT_LOG', 2);
  await deny(ada, 'VIEW_AUDIT_LOG', 1);
  await deny(vera, 'READ_PII', 200);
  await withTenant(service().identity.pool, { accountId: ada.account_id }, (tx) =>
    tx.query(
      `insert into permission_uses (account_id, user_id, permission, last_used_at, uses)
       values ($1, $2, 'VIEW_CONTENT', $3, 7), ($1, $4, 'VIEW_CONTENT', $5, 5)`,
      [ada.account_id, ada.user_id, ago(1), vera.user_id, ago(100)],
    ),
  );
});

describe('the analysis of permissions', () => {
  it('counts who holds, uses and is denied each', async () => {
    const { permissions } = await analysis(ada);
    const of = (name: string) => permissions.find(({ permission }) => permission === name);
    expect(of('VIEW_CONTENT')).toMatchObject({ holders: 5, users: 1, uses: 12, denials: 0 });
    expect(of('VIEW_AUDIT_LOG')).toMatchObject({ holders: 1, users: 0, uses: 0, last_used_at: null, denials: 5 });
    expect(of('READ_PII')).toMatchObject({ denials: 0 });
  });

  it('counts who was given a permission by a role of the account, while they have it', async () => {
    const permissions = [{ permission: 'DELETE_CONTENT', conditions: [{ kind: 'own' }] }];
    const { body: role } = await ada.call('POST', '/roles', { body: { name: 'Cleaner', permissions } });
    await ada.call('POST', `/users/${vera.user_id}/roles`, { body: { role_id: role.id } });
    const holders = async () =>
      (await analysis(ada)).permissions.find(({ permission }) => permission === 'DELETE_CONTENT')?.holders;
    expect(await holders()).toBe(2);
    await ada.call('DELETE', `/users/${vera.user_id}/roles/${String(role.id)}`);
    expect(await holders()).toBe(1);
  });

  it('shows what was denied how often, and to how many', async () => {
    expect((await analysis(ada)).denials).toMatchObject({
      total: 1,
      data: [{ method: 'GET', route: '/audit-logs', required: 'VIEW_AUDIT_LOG', times: 5, people: 2 }],
    });
    expect((await analysis(ada, '?days=365')).denials.total).toBe(2);
  });

  it('finds who has had permissions all the time and used none of them', async () => {
    expect((await analysis(ada)).over_privileged.total).toBe(0);
    const { account_id } = ada;
    await withTenant(service().identity.pool, { accountId: account_id }, (tx) =>
      tx.query(
        `update ${projectionSchema(people)}.members set since = $2 where account_id = $1 and role in ('ADMIN', 'VIEWER')`,
        [account_id, ago(120)],
      ),
    );
    const { over_privileged } = await analysis(ada);
    // Ada used one of hers; Vera’s last use was too long ago.
    expect(over_privileged.data).toContainEqual({ user_id: vera.user_id, unused: ['VIEW_CONTENT'] });
    expect(over_privileged.data.map(({ user_id }) => user_id)).not.toContain(ada.user_id);
    expect((await analysis(ada, '?days=110')).over_privileged.data.map(({ user_id }) => user_id)).not.toContain(
      vera.user_id,
    );
  });

  it('is an account’s own, and for administrators', async () => {
    expect((await analysis(gus)).denials.total).toBe(0);
    expect((await vera.call('GET', '/permissions/analytics')).body.code).toBe('role-required');
  });
});
