import { randomUUID } from 'node:crypto';
import type { StoredEvent } from '@annals/event-store';
import { anonymous, startTestStores, until } from '@annals/testing';
import { admit } from '../membership/grant-membership.js';
import { membershipId } from '../membership/membership.js';
import { revocationsAfter } from '../session/revocations.js';
import { demoPeopleOf, type DemoPerson } from '../testing/demo-people.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { historyOf, inHours, roleDesk, rolesOf, type RoleDesk } from '../testing/role-desk.js';
import { grantRole } from './grant-role.js';
import { grantsOfMember } from './grant.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
let ada: DemoPerson;
let vera: DemoPerson;
let edgar: DemoPerson;
let bill: DemoPerson;
let gus: DemoPerson;
let desk: RoleDesk;
const give: RoleDesk['give'] = (...asked) => desk.give(...asked);
const take: RoleDesk['take'] = (...asked) => desk.take(...asked);
const define: RoleDesk['define'] = (...asked) => desk.define(...asked);
const asking = () => ({ commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() });

beforeAll(async () => {
  ({ ada, vera, edgar, bill, gus } = await demoPeopleOf(service(), {
    ...{ ada: 'admin@acme.test', vera: 'viewer@acme.test', edgar: 'editor@acme.test' },
    ...{ bill: 'billing@acme.test', gus: 'admin@globex.test' },
  }));
  desk = roleDesk(service(), ada);
});

describe('a role given to a member', () => {
  it('counts at once, and no more once it is taken', async () => {
    const given = await give(vera, { role_id: 'EDITOR', reason: 'stands in for Edgar' });
    expect(given.status).toBe(201);
    expect(given.body).toMatchObject({
      ...{ role_id: 'EDITOR', source: 'grant', state: 'active', valid_from: null, expires_at: null },
      ...{ reason: 'stands in for Edgar', assigned_by_id: ada.user_id },
    });
    expect(await vera.context()).toMatchObject({
      ...{ role: 'EDITOR', roles: ['VIEWER', 'EDITOR'], temporary_roles: [], valid_until: null },
      permissions: ['CREATE_CONTENT', 'EDIT_ALL_CONTENT', 'PUBLISH_CONTENT', 'VIEW_CONTENT'],
    });
    expect((await desk.heldBy(vera)).map(({ role_id, source }) => [role_id, source])).toEqual([
      ['VIEWER', 'membership'],
      ['EDITOR', 'grant'],
    ]);
    expect((await take(vera, 'EDITOR')).status).toBe(204);
    expect(await vera.context()).toMatchObject({ role: 'VIEWER', roles: ['VIEWER'], permissions: ['VIEW_CONTENT'] });
    const again = await take(vera, 'EDITOR');
    expect([again.status, again.body.code]).toEqual([404, 'grant-not-found']);
  });

  it('is told to every gateway before the answer, and once more by a reactor that may come late', async () => {
    const { pool } = service().identity;
    const markers = async () =>
      (await revocationsAfter(pool, 0)).filter(({ key }) => key === membershipId(bill.account_id, bill.user_id));
    const before = (await markers()).length;
    await give(bill, { role_id: 'ANALYTICS' });
    expect(await markers()).toHaveLength(before + 1);
    await service().settled();
    expect(await markers()).toHaveLength(before + 1);
    await take(bill, 'ANALYTICS');
    expect(await markers()).toHaveLength(before + 2);
  });

  it('is made to count by the reactor when its process ended before the marker', async () => {
    const { identity } = service();
    const { account_id, user_id } = bill;
    const granted_at = new Date().toISOString();
    const time = { granted_at, valid_from: null, expires_at: null, reason: null, assigned_by_id: null };
    const given = await identity.store.execute(grantsOfMember, membershipId(account_id, user_id), {
      ...{ id: randomUUID(), context: anonymous(), now: granted_at, accountId: account_id },
      decide: (state) =>
        grantRole(state, { account_id, user_id, now: granted_at, grant: { role_id: 'AUTHOR', ...time } }),
    });
    const marked = async () => {
      const { rows } = await identity.pool.query('select from revocations where source_id = $1', [given.events[0]!.id]);
      return rows.length === 1;
    };
    await until('the reactor writes the marker', marked);
    expect(await desk.heldBy(bill)).toContainEqual(expect.objectContaining({ role_id: 'AUTHOR', state: 'active' }));
    await take(bill, 'AUTHOR');
  });

  it('brings what it inherits, and conditions as conditions', async () => {
    const conditions = [{ kind: 'ip_range', ranges: ['10.0.0.0/8'] }];
    const parent = await define({ parent: 'AUTHOR', permissions: [{ permission: 'DELETE_CONTENT', conditions }] });
    const role_id = await define({ parent, permissions: [{ permission: 'VIEW_ANALYTICS' }] });
    await give(vera, { role_id, expires_at: inHours(1) });
    expect(await vera.context()).toMatchObject({
      ...{ role: 'VIEWER', roles: ['VIEWER', role_id], temporary_roles: [role_id] },
      permissions: ['CREATE_CONTENT', 'EDIT_OWN_CONTENT', 'VIEW_ANALYTICS', 'VIEW_CONTENT'],
      conditional_permissions: [{ permission: 'DELETE_CONTENT', conditions }],
    });
    await ada.call('PUT', `/roles/${parent}`, { body: { name: 'Asleep', active: false } });
    expect(await vera.context()).toMatchObject({
      permissions: ['VIEW_ANALYTICS', 'VIEW_CONTENT'],
      conditional_permissions: [],
    });
    await take(vera, role_id);
  });

  it('is named in the log of whatever is done with it while it is lent', async () => {
    await give(edgar, { role_id: 'ADMIN', expires_at: inHours(1) });
    await edgar.call('POST', '/roles', { body: { name: 'Made by a deputy' } });
    const events: StoredEvent[] = [];
    for await (const event of service().identity.store.readStream(`role-${ada.account_id}`)) events.push(event);
    expect(events.at(-1)?.metadata.actor).toMatchObject({ user_id: edgar.user_id, temporary_roles: ['ADMIN'] });
    await take(edgar, 'ADMIN');
  });

  it.each([
    ['is one that exists', { role_id: '018f0000-0000-7000-8000-00000000dead' }, 404, 'role-not-found'],
    ['ends in the future', { role_id: 'EDITOR', expires_at: '2020-01-01T00:00:00Z' }, 400, 'grant-ended-before'],
    [
      'begins before it ends',
      { role_id: 'EDITOR', valid_from: '2999-01-02T00:00:00Z', expires_at: '2999-01-01T00:00:00Z' },
      ...([400, 'grant-never-begins'] as const),
    ],
  ])('%s', async (_, body, status, code) => {
    const answer = await give(vera, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is given once, also by fifty requests with one key', async () => {
    const ask = { body: { role_id: 'AUTHOR' }, headers: { 'idempotency-key': 'fifty' } };
    const answers = await Promise.all(Array.from({ length: 50 }, () => ada.call('POST', rolesOf(vera), ask)));
    const outcomes = new Set(answers.map(({ status, body }) => (status === 201 ? 'given' : body.code)));
    expect(outcomes).toContain('given');
    for (const outcome of outcomes) expect(['given', 'command-in-flight']).toContain(outcome);
    const given = (await historyOf(service(), vera)).filter(
      ({ type, data }) => type === 'RoleGranted' && data.role_id === 'AUTHOR',
    );
    expect(given).toHaveLength(1);
    const other = await give(vera, { role_id: 'AUTHOR' });
    expect([other.status, other.body.code]).toEqual([409, 'role-already-granted']);
    await take(vera, 'AUTHOR');
  });

  it('is for members of the account: others are as unknown as nobody', async () => {
    for (const [method, path, ask] of [
      ['GET', rolesOf(gus), {}],
      ['POST', rolesOf(gus), { body: { role_id: 'VIEWER' } }],
      ['DELETE', `${rolesOf(gus)}/VIEWER`, {}],
      ['GET', `/users/${gus.user_id}/permissions`, {}],
    ] as const) {
      const answer = await ada.call(method, path, ask);
      expect([answer.status, answer.body.code]).toEqual([404, 'member-not-found']);
    }
  });

  it('does not count in another account with the same people and roles', async () => {
    const { identity } = service();
    const both = { account_id: gus.account_id, user_id: vera.user_id };
    await admit(identity, asking(), { ...both, role: 'VIEWER' });
    await give(vera, { role_id: 'MANAGER' });
    const { body } = await gus.call('GET', rolesOf(vera));
    expect((body.data as { role_id: string }[]).map(({ role_id }) => role_id)).toEqual(['VIEWER']);
    const there = await service().context({ ...vera, selector: { account_id: gus.account_id } });
    expect(there.body).toMatchObject({ role: 'VIEWER', roles: ['VIEWER'] });
    await take(vera, 'MANAGER');
  });

  it('is seen by its person, and by no other without the right', async () => {
    expect((await vera.call('GET', rolesOf(vera))).status).toBe(200);
    expect((await vera.call('GET', rolesOf(ada))).status).toBe(403);
  });
});

describe('nobody gives more than they have', () => {
  let keeper: string;
  beforeAll(async () => {
    keeper = await define({ permissions: [{ permission: 'MANAGE_ROLES' }] });
    await give(edgar, { role_id: keeper });
  });
  afterAll(() => take(edgar, keeper));

  it.each(['EDITOR', 'AUTHOR', 'VIEWER'])('an editor who manages roles gives %s', async (role_id) => {
    expect((await give(bill, { role_id }, edgar)).status).toBe(201);
    expect((await edgar.call('DELETE', `${rolesOf(bill)}/${role_id}`)).status).toBe(204);
  });

  it.each(['ADMIN', 'MANAGER', 'BILLING', 'ANALYTICS'])('and neither gives nor takes %s', async (role_id) => {
    const given = await give(vera, { role_id }, edgar);
    expect([given.status, given.body.code]).toEqual([403, 'beyond-own-rights']);
    await give(vera, { role_id });
    const taken = await edgar.call('DELETE', `${rolesOf(vera)}/${role_id}`);
    expect([taken.status, taken.body.code]).toEqual([403, 'beyond-own-rights']);
    await take(vera, role_id);
  });

  it('nor a role of the account whose parents have more', async () => {
    const parent = await define({ permissions: [{ permission: 'READ_PII', conditions: [{ kind: 'own' }] }] });
    const role_id = await define({ parent });
    const answer = await give(vera, { role_id }, edgar);
    expect([answer.status, answer.body.code]).toEqual([403, 'beyond-own-rights']);
  });
});
