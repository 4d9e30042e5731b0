import { randomUUID } from 'node:crypto';
import { noPolicies } from '@annals/contracts';
import { startTestStores } from '@annals/testing';
import { credentials } from '../credential/credential.js';
import { providers } from '../provider/provider.js';
import { revocationsAfter } from '../session/revocations.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { codeOf, create, minutesAgo, put, team } from '../testing/teams.js';
import { grantSuperAdmin } from '../user/grant-super-admin.js';
import { users } from '../user/user.js';
import { accounts } from './account.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);
let ada: Somebody;
let bob: Somebody;

beforeAll(async () => {
  [ada, bob] = [await somebody('ada@ada-works.test'), await somebody()];
});

describe('closing an account', () => {
  it('puts everybody out of it before it answers, and nowhere else', async () => {
    const { id, name } = await team(ada);
    const { pool } = service().identity;
    const markers = async () =>
      (await revocationsAfter(pool, 0)).filter(({ kind, key }) => kind === 'account' && key === id);
    expect((await ada.call('DELETE', `/accounts/${id}`, { account: id })).status).toBe(204);
    expect(await markers()).toHaveLength(1);
    expect(codeOf(await ada.contextIn({ account: id }))).toEqual([403, 'no-account-access']);
    expect((await ada.contextIn({})).status).toBe(200);
    expect((await ada.call('GET', '/users/sessions', { account: null })).status).toBe(200);
    await service().settled();
    expect(await markers()).toHaveLength(1);
    // What it is called stays its own, or it could not come back.
    expect(codeOf(await create(bob, { name }))).toEqual([409, 'name-taken']);
  });

  it('is undone by one of its ADMINs', async () => {
    const { id, name } = await team(ada);
    await ada.call('DELETE', `/accounts/${id}`, { account: id });
    expect(codeOf(await bob.call('POST', `/accounts/${id}/restore`, { account: null }))).toEqual([
      404,
      'account-not-found',
    ]);
    const restored = await ada.call('POST', `/accounts/${id}/restore`, { account: null });
    expect([restored.status, restored.body.name, restored.body.role]).toEqual([200, name, 'ADMIN']);
    expect((await ada.contextIn({ account: id })).status).toBe(200);
  });

  it('is undone by a super admin with an elevation for it, which its log tells', async () => {
    const { identity } = service();
    const { id } = await team(ada);
    await ada.call('DELETE', `/accounts/${id}`, { account: id });
    const root = await somebody();
    const { commandId, context, now } = aRequest();
    await identity.store.execute(users, root.user_id, {
      ...{ id: commandId, context, now, accountId: null },
      decide: (user) => grantSuperAdmin(user, { reason: 'test' }),
    });
    const restore = () => root.call('POST', `/accounts/${id}/restore`, { account: null });
    expect(codeOf(await restore())).toEqual([404, 'account-not-found']);
    const reason = 'Closed by mistake, ticket 4711';
    const elevation = await root.call('POST', '/elevations', {
      ...{ account: null, body: { account_id: id, reason, minutes: 5 } },
    });
    expect(elevation.status).toBe(201);
    const restored = await restore();
    expect([restored.status, restored.body.role]).toEqual([200, null]);
    const events = [];
    for await (const event of identity.store.readStream(`account-${id}`)) events.push(event);
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'AccountRestored', data: { restored_as: 'super-admin' } },
      metadata: { account_id: id, actor: { user_id: root.user_id, elevation_id: elevation.body.id } },
    });
  });

  it('needs a recent proof of who asks', async () => {
    const { id } = await team(ada);
    const { pool } = service().identity;
    const set = (at: string) =>
      pool.query('update session_tokens set authenticated_at = $2 where session_id = $1', [ada.session_id, at]);
    await set(minutesAgo(11));
    const refused = await ada.call('DELETE', `/accounts/${id}`, { account: id });
    await set(minutesAgo(0));
    expect(codeOf(refused)).toEqual([403, 'reauthentication-required']);
  });

  it('leaves homes open', async () =>
    expect(codeOf(await bob.call('DELETE', `/accounts/${bob.home_id}`))).toEqual([409, 'home-account']));
});

describe('the policies of an account', () => {
  const two = ['pwd', 'otp', 'mfa'];
  const withPolicies = (who: Somebody, id: string, policies: Record<string, unknown>, ask = {}) =>
    put(who, id, { policies: { ...noPolicies, ...policies } }, ask);

  it('ask for a second factor: who has none works only where they can get one', async () => {
    const { id, slug } = await team(ada);
    expect(codeOf(await withPolicies(ada, id, { mfa_required: true }))).toEqual([409, 'would-lock-yourself-out']);
    expect((await withPolicies(ada, id, { mfa_required: true }, { auth_methods: two })).status).toBe(200);
    expect(codeOf(await ada.contextIn({ account: id }))).toEqual([403, 'account-requires-mfa']);
    expect((await ada.contextIn({ account: id, auth_methods: two })).status).toBe(200);
    expect((await ada.call('GET', '/users/sessions', { account: null })).status).toBe(200);
    // Nor is a token made for it by who could not use it.
    const switched = await ada.call('POST', '/auth/switch-account', { body: { slug } });
    expect(codeOf(switched)).toEqual([403, 'account-requires-mfa']);
    const body = { email: ada.email, password: 'correct horse battery staple', account: slug };
    expect(codeOf(await service().call('POST', '/auth/login', { body }))).toEqual([403, 'account-requires-mfa']);
  });

  it('are asked for at a refresh, which keeps the token it refuses', async () => {
    const eve = await somebody();
    const { id, slug } = await team(eve);
    await withPolicies(eve, id, { mfa_required: true }, { auth_methods: two });
    const refresh = (body: Record<string, unknown>) => service().call('POST', '/auth/refresh', { body });
    const { refresh_token } = eve;
    expect(codeOf(await refresh({ refresh_token, account: slug }))).toEqual([403, 'account-requires-mfa']);
    expect((await refresh({ refresh_token })).status).toBe(200);
  });

  it('ask for certain issuers, but not of who would lock themselves out', async () => {
    const { id } = await team(ada);
    expect(codeOf(await withPolicies(ada, id, { allowed_issuers: ['https://sso.test'] }))).toEqual([
      ...[409, 'would-lock-yourself-out'],
    ]);
    expect((await withPolicies(ada, id, { allowed_issuers: ['local'] })).status).toBe(200);
    expect((await ada.contextIn({ account: id })).status).toBe(200);
  });

  it('ask for a fresh proof after some hours', async () => {
    const fay = await somebody();
    const { id } = await team(fay);
    expect((await withPolicies(fay, id, { session_max_hours: 1 })).status).toBe(200);
    await service().identity.pool.query('update session_tokens set authenticated_at = $2 where session_id = $1', [
      ...[fay.session_id, minutesAgo(61)],
    ]);
    expect(codeOf(await fay.contextIn({ account: id }))).toEqual([401, 'session-too-old-for-account']);
    expect((await fay.contextIn({})).status).toBe(200);
  });

  it('count a linked identity of an issuer as a way in', async () => {
    const { store } = service().identity;
    const gus = await somebody();
    const { id } = await team(gus);
    const issuer = 'https://sso.test';
    const link = { provider_hash: 'f'.repeat(32), user_id: gus.user_id, issuer, linked_at: minutesAgo(0) };
    const { context, now } = aRequest();
    const step = () => ({ id: randomUUID(), context, now, accountId: null });
    await store.execute(providers, link.provider_hash, {
      ...step(),
      decide: () => [
        { type: 'ProviderLinked', data: { ...link, provider: 'sso', provider_id: 'sso|gus', reason: 'linked' } },
      ],
    });
    const { provider_hash, user_id } = link;
    await store.execute(credentials, gus.user_id, {
      ...step(),
      decide: () => [{ type: 'ProviderAdded', data: { provider_hash, user_id } }],
    });
    expect((await withPolicies(gus, id, { allowed_issuers: [issuer] })).status).toBe(200);
    expect(codeOf(await gus.contextIn({ account: id }))).toEqual([403, 'account-issuer-not-allowed']);
  });

  it('are told by a reactor when the process ended before it had told them', async () => {
    const { store, pool } = service().identity;
    const { id } = await team(ada);
    const { commandId, context, now } = aRequest();
    await store.execute(accounts, id, {
      ...{ id: commandId, context, now, accountId: id },
      decide: () => [
        { type: 'AccountPoliciesChanged', data: { account_id: id, policies: { ...noPolicies, mfa_required: true } } },
      ],
    });
    await service().settled();
    expect((await revocationsAfter(pool, 0)).filter(({ kind, key }) => kind === 'account' && key === id)).toHaveLength(
      1,
    );
  });

  it('are told to every gateway before the answer', async () => {
    const { id } = await team(ada);
    const { pool } = service().identity;
    const markers = async () =>
      (await revocationsAfter(pool, 0)).filter(({ kind, key }) => kind === 'account' && key === id);
    await withPolicies(ada, id, { session_max_hours: 10 });
    expect(await markers()).toHaveLength(1);
  });

  it('let nobody join as ADMIN by themselves', async () => {
    const { id } = await team(ada);
    expect(codeOf(await withPolicies(ada, id, { auto_join_role: 'ADMIN' }))).toEqual([400, 'body-invalid']);
  });
});
