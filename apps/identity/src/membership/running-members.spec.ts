import { randomUUID } from 'node:crypto';
import { noPolicies, type BuiltInRole } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import { startTestStores } from '@annals/testing';
import { accounts, isKnownAccount } from '../account/account.js';
import { resignAdmin, seatAdmin, type AdminLoss } from '../account/admins.js';
import { revocationsAfter } from '../session/revocations.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf, proveAddress, type Somebody } from '../testing/people.js';
import { codeOf, minutesAgo } from '../testing/teams.js';
import { giveRole } from './change-role.js';
import { admit } from './grant-membership.js';
import { membershipId } from './membership.js';

// Many requests at once take long where much else is going on.
jest.setTimeout(180_000);

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);
let ada: Somebody;
let bob: Somebody;
let eve: Somebody;

/** An account of Ada's with these members. */
async function teamWith(members: Partial<Record<string, readonly [Somebody, BuiltInRole]>> = {}): Promise<string> {
  const { body } = await ada.call('POST', '/accounts', { account: null, body: { name: `Team ${randomUUID()}` } });
  const account_id = String(body.id);
  for (const member of Object.values(members)) {
    if (member)
      await admit(service().identity, aRequest(), { account_id, user_id: member[0].user_id, role: member[1] });
  }
  await service().settled();
  return account_id;
}

const pathOf = (account: string, who: Somebody) => `/accounts/${account}/members/${who.user_id}`;
const give = (by: Somebody, account: string, whom: Somebody, role: string, headers = {}) =>
  by.call('PUT', pathOf(account, whom), { account, body: { role }, headers });
const remove = (by: Somebody, account: string, whom: Somebody) => by.call('DELETE', pathOf(account, whom), { account });

async function adminsOf(account: string): Promise<readonly string[]> {
  const { state } = await service().identity.store.load(accounts, account);
  return isKnownAccount(state) ? state.admins : [];
}

async function historyOf(stream: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service().identity.store.readStream(stream)) events.push(event);
  return events;
}

const roleOf = async (account: string, who: Somebody) => (await who.contextIn({ account })).body.role ?? null;

beforeAll(async () => {
  [ada, bob, eve] = [await somebody(), await somebody(), await somebody()];
});

describe('the role of a member', () => {
  it('is changed by an ADMIN, effective before the answer', async () => {
    const account = await teamWith({ bob: [bob, 'VIEWER'] });
    const key = membershipId(account, bob.user_id);
    const markers = async () =>
      (await revocationsAfter(service().identity.pool, 0)).filter((marker) => marker.key === key).length;
    const answer = await give(ada, account, bob, 'EDITOR');
    expect([answer.status, answer.body]).toEqual([
      200,
      { membership_id: key, account_id: account, user_id: bob.user_id, role: 'EDITOR' },
    ]);
    expect([await markers(), await roleOf(account, bob)]).toEqual([1, 'EDITOR']);
    await service().settled();
    expect(await markers()).toBe(1);
  });

  it('is changed once by one key', async () => {
    const account = await teamWith({ bob: [bob, 'VIEWER'] });
    const headers = { 'idempotency-key': randomUUID() };
    await give(ada, account, bob, 'EDITOR', headers);
    await give(ada, account, bob, 'AUTHOR');
    const again = await give(ada, account, bob, 'EDITOR', headers);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(await roleOf(account, bob)).toBe('AUTHOR');
  });

  it('is given to members alone, and in no other account', async () => {
    const account = await teamWith();
    expect(codeOf(await give(ada, account, bob, 'VIEWER'))).toEqual([404, 'member-not-found']);
    expect(codeOf(await remove(ada, account, bob))).toEqual([404, 'member-not-found']);
    const other = await ada.call('PUT', pathOf(account, bob), { account: ada.home_id, body: { role: 'VIEWER' } });
    expect(codeOf(other)).toEqual([404, 'account-not-found']);
  });

  it('is no MANAGER’s to give', async () => {
    const account = await teamWith({ bob: [bob, 'MANAGER'], eve: [eve, 'VIEWER'] });
    expect(codeOf(await give(bob, account, eve, 'EDITOR'))).toEqual([403, 'role-required']);
    expect(codeOf(await remove(bob, account, eve))).toEqual([403, 'role-required']);
  });

  it('filters the list of members', async () => {
    const account = await teamWith({ bob: [bob, 'VIEWER'], eve: [eve, 'EDITOR'] });
    const { body } = await ada.call('GET', `/accounts/${account}/members?role=EDITOR`, { account });
    expect(body).toMatchObject({ data: [{ user_id: eve.user_id, role: 'EDITOR' }], meta: { total_items: 1 } });
  });
});

describe('a membership', () => {
  it('is ended by an ADMIN, effective before the answer', async () => {
    const account = await teamWith({ bob: [bob, 'VIEWER'] });
    expect((await remove(ada, account, bob)).status).toBe(204);
    expect(codeOf(await bob.contextIn({ account }))).toEqual([403, 'no-account-access']);
    expect((await bob.contextIn({})).status).toBe(200);
    const history = await historyOf(`membership-${membershipId(account, bob.user_id)}`);
    expect(history.at(-1)).toMatchObject({ type: 'MembershipEnded', data: { reason: 'removed' } });
  });

  it('is ended by its person, who leaves', async () => {
    const account = await teamWith({ bob: [bob, 'VIEWER'] });
    expect((await remove(bob, account, bob)).status).toBe(204);
    const history = await historyOf(`membership-${membershipId(account, bob.user_id)}`);
    expect(history.at(-1)).toMatchObject({
      ...{ type: 'MembershipEnded', data: { reason: 'left' } },
      metadata: { account_id: account, actor: { user_id: bob.user_id } },
    });
  });

  it('in one’s own home is for good', async () =>
    expect(codeOf(await remove(bob, bob.home_id, bob))).toEqual([409, 'home-account']));
});

describe('the last ADMIN', () => {
  it.each([
    ['leave', (account: string) => remove(ada, account, ada)],
    ['become less', (account: string) => give(ada, account, ada, 'VIEWER')],
  ])('cannot %s, and can once there is another', async (_, act) => {
    const account = await teamWith({ bob: [bob, 'VIEWER'] });
    expect(codeOf(await act(account))).toEqual([409, 'last-admin']);
    expect(await roleOf(account, ada)).toBe('ADMIN');
    await give(ada, account, bob, 'ADMIN');
    expect((await act(account)).status).toBeLessThan(300);
    expect(await adminsOf(account)).toEqual([bob.user_id]);
  });

  it('stays when two remove each other at the same time, again and again', async () => {
    for (let round = 0; round < 5; round++) {
      const account = await teamWith({ bob: [bob, 'ADMIN'] });
      const [one, two] = await Promise.all([remove(ada, account, bob), remove(bob, account, ada)]);
      const statuses = [one.status, two.status].sort();
      expect(statuses[0]).toBe(204);
      expect([403, 409]).toContain(statuses[1]);
      const left = one.status === 204 ? ada : bob;
      expect(await adminsOf(account)).toEqual([left.user_id]);
      expect(await roleOf(account, left)).toBe('ADMIN');
    }
  });

  it('stays when all of five step down at the same time', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, () => somebody()));
    const account = await teamWith(Object.fromEntries(others.map((who, n) => [n, [who, 'ADMIN'] as const])));
    const answers = await Promise.all([ada, ...others].map((who) => give(who, account, who, 'VIEWER')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    await service().settled();
    expect(await adminsOf(account)).toHaveLength(1);
    const roles = await Promise.all([ada, ...others].map((who) => roleOf(account, who)));
    expect(roles.filter((role) => role === 'ADMIN')).toHaveLength(1);
  });
});

describe('a command that died between its two facts', () => {
  const dieAfterResigning = async (account: string, who: Somebody, loss: AdminLoss) => {
    const asking = aRequest(minutesAgo(1));
    await resignAdmin(service().identity, asking, account, who.user_id, loss);
    return asking;
  };

  it.each([
    ['a change of role', { reason: 'role-changed', role: 'VIEWER' }, 'VIEWER'],
    ['a removal', { reason: 'removed' }, null],
    ['a leaving', { reason: 'left' }, null],
  ] as const)('is finished as %s by a reactor, and found done when it is sent again', async (_, loss, role) => {
    const account = await teamWith({ bob: [bob, 'ADMIN'] });
    const asking = await dieAfterResigning(account, bob, loss);
    await service().settled();
    expect([await roleOf(account, bob), await adminsOf(account)]).toEqual([role, [ada.user_id]]);
    if (loss.reason !== 'role-changed') return;
    const { identity } = service();
    const again = await giveRole(identity, asking, { account_id: account, user_id: bob.user_id }, loss.role);
    expect(again.kind).toBe('replayed');
  });

  it('is left alone when its person was made ADMIN again meanwhile', async () => {
    const { identity, settled } = service();
    const account = await teamWith({ bob: [bob, 'ADMIN'] });
    // A command of later, for which the reactor waits however slow this machine is.
    const asking = aRequest(minutesAgo(-5));
    await resignAdmin(identity, asking, account, bob.user_id, { reason: 'role-changed', role: 'VIEWER' });
    await seatAdmin(identity, aRequest(), account, bob.user_id);
    await settled();
    expect([await roleOf(account, bob), await adminsOf(account)]).toEqual(['ADMIN', [ada.user_id, bob.user_id]]);
  });

  it('seats again who was to be put out everywhere, and was not', async () => {
    const account = await teamWith({ bob: [bob, 'ADMIN'] });
    await dieAfterResigning(account, bob, { reason: 'barred' });
    await service().settled();
    expect(await adminsOf(account)).toEqual([ada.user_id, bob.user_id]);
  });

  it('does not count somebody whose ADMIN role went while they were being counted', async () => {
    const { identity, settled } = service();
    const account = await teamWith({ bob: [bob, 'VIEWER'] });
    await seatAdmin(identity, aRequest(), account, bob.user_id);
    await settled();
    expect(await adminsOf(account)).toEqual([ada.user_id]);
  });
});

describe('joining by a proved address', () => {
  async function joinable(domain: string, role: BuiltInRole | null) {
    const owner = await somebody(`owner@${domain}`);
    const { body } = await owner.call('POST', '/accounts', {
      ...{ account: null, body: { name: `Domain ${domain}`, domain } },
    });
    const account = String(body.id);
    const { id: _, kind: __, role: ___, created_at: ____, ...rest } = body;
    const policies = { ...noPolicies, auto_join_role: role };
    await owner.call('PUT', `/accounts/${account}`, { account, body: { ...rest, policies } });
    return { owner, account };
  }

  it('happens when the address is proved, and not before', async () => {
    const { account } = await joinable('join.test', 'AUTHOR');
    const joiner = await somebody('joiner@join.test', 'pending');
    await service().settled();
    expect(await roleOf(account, joiner)).toBeNull();
    await proveAddress(service(), joiner.user_id);
    await service().settled();
    expect(await roleOf(account, joiner)).toBe('AUTHOR');
    const [joined] = await historyOf(`membership-${membershipId(account, joiner.user_id)}`);
    expect(joined!.metadata).toMatchObject({
      ...{ account_id: account },
      actor: { principal: 'svc:identity', on_behalf_of: joiner.user_id },
    });
  });

  it('is not for addresses of other domains, nor where the account does not want it', async () => {
    const { account } = await joinable('closed.test', null);
    const [near, far] = [await somebody('near@closed.test'), await somebody('far@sub.closed.test')];
    await service().settled();
    expect([await roleOf(account, near), await roleOf(account, far)]).toEqual([null, null]);
  });

  it('does not bring back who was removed', async () => {
    const { owner, account } = await joinable('once.test', 'VIEWER');
    const removed = await somebody('removed@once.test', 'pending');
    await admit(service().identity, aRequest(), { account_id: account, user_id: removed.user_id, role: 'VIEWER' });
    await remove(owner, account, removed);
    await proveAddress(service(), removed.user_id);
    await service().settled();
    expect(await roleOf(account, removed)).toBeNull();
  });
});
