import { randomUUID } from 'node:crypto';
import { anonymous, startTestStores, until } from '@annals/testing';
import { admit } from '../membership/grant-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { demoPeopleOf, type DemoPerson } from '../testing/demo-people.js';
import { identityUnderTest, startIdentity, storeOptions } from '../testing/identity-service.js';
import { inHours, roleDesk, type RoleDesk } from '../testing/role-desk.js';
import { expireGrants, startExpiringGrants } from './expire-grants.js';
import { grantRole } from './grant-role.js';
import { grantsOfMember } from './grant.js';

const { service, stores } = identityUnderTest(() => startTestStores(storeOptions));
let ada: DemoPerson;
let vera: DemoPerson;
let bill: DemoPerson;
let desk: RoleDesk;
const give: RoleDesk['give'] = (...asked) => desk.give(...asked);
const take: RoleDesk['take'] = (...asked) => desk.take(...asked);
const define: RoleDesk['define'] = (...asked) => desk.define(...asked);
const asking = () => ({ commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() });

beforeAll(async () => {
  ({ ada, vera, bill } = await demoPeopleOf(service(), {
    ...{ ada: 'admin@acme.test', vera: 'viewer@acme.test', bill: 'billing@acme.test' },
  }));
  desk = roleDesk(service(), ada);
});

/** Somebody was given a role whose time is over by now, however slow the machine; its end is not on record. */
async function lentUntilNow({ account_id, user_id }: DemoPerson, role_id: 'AUTHOR' | 'ADMIN'): Promise<void> {
  const whose = { account_id, user_id };
  const over = new Date(Date.now() - 1).toISOString();
  const grant = { role_id, valid_from: null, expires_at: over, reason: null, assigned_by_id: null };
  await service().identity.store.execute(grantsOfMember, membershipId(account_id, user_id), {
    ...{ id: randomUUID(), context: anonymous(), now: over, accountId: account_id },
    decide: (state) =>
      grantRole(state, { ...whose, now: '2020-01-01T00:00:00.000Z', grant: { ...grant, granted_at: over } }),
  });
}

describe('a role lent for a time', () => {
  it('waits for its beginning, and the context says when to look again', async () => {
    const [valid_from, expires_at] = [inHours(1), inHours(2)];
    const { body } = await give(vera, { role_id: 'EDITOR', valid_from, expires_at });
    expect(body).toMatchObject({ state: 'scheduled', valid_from, expires_at });
    expect(await vera.context()).toMatchObject({ role: 'VIEWER', roles: ['VIEWER'], valid_until: valid_from });
    await take(vera, 'EDITOR');
  });

  it('ends by itself, on record, once, however many look for it', async () => {
    const expires_at = inHours(1);
    await give(vera, { role_id: 'MANAGER', expires_at });
    await give(bill, { role_id: 'MANAGER', expires_at: inHours(3) });
    expect(await vera.context()).toMatchObject({ temporary_roles: ['MANAGER'], valid_until: expires_at });
    await service().settled();

    await expireGrants(service().identity, new Date(Date.parse(expires_at) - 1).toISOString());
    expect(await desk.endsOf(vera, 'MANAGER')).toEqual([]);

    const second = await startIdentity(stores());
    const ends = [service(), second, service(), second].map(({ identity }) => expireGrants(identity, expires_at));
    await Promise.all(ends);
    await second.stop();
    await expireGrants(service().identity, expires_at);
    const [ended, ...more] = await desk.endsOf(vera, 'MANAGER');
    expect(more).toEqual([]);
    expect(ended).toMatchObject({
      data: { role_id: 'MANAGER', reason: 'expired' },
      metadata: {
        ...{ account_id: ada.account_id, occurred_at: expires_at },
        actor: { kind: 'service', principal: 'svc:identity', on_behalf_of: vera.user_id },
      },
    });
    expect(await desk.endsOf(bill, 'MANAGER')).toEqual([]);
    expect(await desk.heldBy(vera)).toContainEqual(
      expect.objectContaining({ role_id: 'MANAGER', state: 'expired', expires_at }),
    );
    await take(bill, 'MANAGER');
  });

  it('is looked after by every process, without anybody asking', async () => {
    const failures: Error[] = [];
    const expiring = startExpiringGrants(service().identity, (error) => failures.push(error), 10);
    await lentUntilNow(vera, 'AUTHOR');
    await until('the end is on record', async () => (await desk.endsOf(vera, 'AUTHOR')).length === 1);
    expiring.stop();
    expect(failures).toEqual([]);
  });

  it('gives nothing after its end, also while that is not yet on record', async () => {
    await lentUntilNow(vera, 'ADMIN');
    expect(await vera.context()).toMatchObject({ role: 'VIEWER', roles: ['VIEWER'], valid_until: null });
    const answer = await vera.call('POST', '/roles', { body: { name: 'Too late' } });
    expect([answer.status, answer.body.code]).toEqual([403, 'permission-required']);
    const again = await give(vera, { role_id: 'ADMIN' });
    expect(again.status).toBe(201);
    expect((await desk.endsOf(vera, 'ADMIN')).map(({ data }) => data.reason)).toEqual(['expired']);
    await take(vera, 'ADMIN');
  });
});

describe('a role in use', () => {
  it('is not deleted: not while given, not while scheduled, not while another inherits from it', async () => {
    const role_id = await define();
    const heir = await define({ parent: role_id });
    const refused = async () => {
      const answer = await ada.call('DELETE', `/roles/${role_id}`);
      expect([answer.status, answer.body.code]).toEqual([409, 'role-in-use']);
    };
    await refused();
    await ada.call('DELETE', `/roles/${heir}`);
    await give(vera, { role_id, valid_from: inHours(1) });
    await refused();
    await take(vera, role_id);
    expect((await ada.call('DELETE', `/roles/${role_id}`)).status).toBe(204);
  });

  it('that is deleted while it is given gives nothing, and the grant ends as such', async () => {
    const { identity } = service();
    const role_id = await define({ permissions: [{ permission: 'READ_PII' }] });
    const whose = { account_id: vera.account_id, user_id: vera.user_id };
    expect((await ada.call('DELETE', `/roles/${role_id}`)).status).toBe(204);
    // As by a process that had looked for the role a moment before.
    const granted_at = new Date().toISOString();
    const grant = { role_id, granted_at, valid_from: null, expires_at: null, reason: null, assigned_by_id: null };
    await identity.store.execute(grantsOfMember, membershipId(whose.account_id, whose.user_id), {
      ...{ id: randomUUID(), context: anonymous(), now: granted_at, accountId: whose.account_id },
      decide: (state) => grantRole(state, { ...whose, now: granted_at, grant }),
    });
    expect(await vera.context()).toMatchObject({ roles: ['VIEWER'], permissions: ['VIEW_CONTENT'] });
    await until('the grant of a deleted role ends', async () => (await desk.endsOf(vera, role_id)).length > 0);
    expect((await desk.endsOf(vera, role_id)).map(({ data }) => data.reason)).toEqual(['role-deleted']);
  });
});

describe('who leaves the account', () => {
  it('keeps no role for the day they come back', async () => {
    const { identity } = service();
    const whose = { account_id: bill.account_id, user_id: bill.user_id };
    await give(bill, { role_id: 'MANAGER' });
    const { commandId, context, now } = asking();
    await identity.store.execute(memberships, membershipId(whose.account_id, whose.user_id), {
      ...{ id: commandId, context, now, accountId: whose.account_id },
      decide: () => [{ type: 'MembershipEnded', data: { ...whose, reason: 'removed' } }],
    });
    await until('the grants of who left end', async () =>
      (await desk.endsOf(bill, 'MANAGER')).some(({ data }) => data.reason === 'membership-ended'),
    );
    await admit(identity, asking(), { ...whose, role: 'BILLING' });
    expect(await bill.context()).toMatchObject({ role: 'BILLING', roles: ['BILLING'] });
    expect((await give(bill, { role_id: 'MANAGER' })).status).toBe(201);
    await service().settled();
    expect(await bill.context()).toMatchObject({ role: 'MANAGER' });
    await take(bill, 'MANAGER');
  });
});

describe('members of a role', () => {
  const membersOf = async (role: string) => {
    await service().settled();
    const { body } = await ada.call('GET', `/roles/${role}/members?sort_by=name&sort_order=asc`);
    return (body.data as { name: string; source: string }[]).map(({ name, source }) => [name, source]);
  };

  it('have it by membership or by a grant', async () => {
    await give(vera, { role_id: 'BILLING', expires_at: inHours(1) });
    expect(await membersOf('BILLING')).toEqual([
      ['Bill Billing', 'membership'],
      ['Vera Viewer', 'grant'],
    ]);
    await take(vera, 'BILLING');
    expect(await membersOf('BILLING')).toEqual([['Bill Billing', 'membership']]);
    const role_id = await define();
    expect(await membersOf(role_id)).toEqual([]);
    await give(vera, { role_id });
    expect(await membersOf(role_id)).toEqual([['Vera Viewer', 'grant']]);
    await take(vera, role_id);
  });
});
