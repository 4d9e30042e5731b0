import { randomUUID } from 'node:crypto';
import { noPolicies } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { startTestStores } from '@annals/testing';
import { credentials } from '../credential/credential.js';
import { providers } from '../provider/provider.js';
import { revocationsAfter } from '../session/revocations.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { grantSuperAdmin } from '../user/grant-super-admin.js';
import { users } from '../user/user.js';
import { accounts } from './account.js';
import { claimId, claims, type Claimable } from './claim.js';
import { openAccount } from './create-account.js';
import { takeClaims } from './take-claims.js';
import { updateAccount } from './update-account.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);
let ada: Somebody;
let bob: Somebody;
let count = 0;
/** A name that no other test uses. */
const fresh = (word: string) => `${word} ${(count += 1)}`;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

const create = (who: Somebody, body: Record<string, unknown>, headers = {}) =>
  who.call('POST', '/accounts', { account: null, body, headers });

async function team(who: Somebody, over: { name?: string; slug?: string; domain?: string } = {}) {
  const name = fresh('Team');
  const { status, body } = await create(who, { name, ...over });
  expect(status).toBe(201);
  const { id, slug } = body as { id: string; slug: string };
  return { id, slug, name: over.name ?? name };
}

const put = (who: Somebody, id: string, over: Record<string, unknown>, ask: Record<string, unknown> = {}) =>
  who.call('GET', `/accounts/${id}`, { account: id }).then(({ body }) => {
    const { name, slug, domain, policies } = body;
    return who.call('PUT', `/accounts/${id}`, {
      ...{ account: id, body: { name, slug, domain, policies, ...over } },
      ...ask,
    });
  });

const isFree = async (claimed: Claimable) => {
  const { store, secrets } = service().identity;
  return (await store.load(claims[claimed.kind], claimId(secrets, claimed))).state.kind === 'free';
};

const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body.code];

beforeAll(async () => {
  [ada, bob] = [await somebody('ada@ada-works.test'), await somebody()];
});

describe('opening an account', () => {
  it('makes who opens it its ADMIN, at once', async () => {
    const answer = await create(ada, { name: 'Łódź Works' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...{ name: 'Łódź Works', slug: 'odz-works', domain: null, kind: 'team', role: 'ADMIN', policies: noPolicies },
    });
    const { id } = answer.body as { id: string };
    expect(answer.headers.get('location')).toBe(`/api/v1/accounts/${id}`);
    expect((await ada.contextIn({ account: id })).body).toMatchObject({ role: 'ADMIN', account_slug: 'odz-works' });
    const listed = await ada.call('GET', '/accounts?sort_by=name&sort_order=asc', {
      ...{ account: null, headers: { 'x-min-position': answer.headers.get('x-position')! } },
    });
    expect((listed.body.data as { id: string }[]).map((one) => one.id)).toContain(id);
  });

  it('happens once, however often the request is sent', async () => {
    const body = { name: fresh('Once') };
    const headers = { 'idempotency-key': randomUUID() };
    const [first, second] = [await create(ada, body, headers), await create(ada, body, headers)];
    expect([second.status, second.body, second.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true']);
    expect(codeOf(await create(ada, { name: fresh('Other') }, headers))).toEqual([422, 'idempotency-key-reused']);
  });

  it('gives a name, in whatever case and form, to one account alone', async () => {
    const { name } = await team(ada);
    for (const same of [name.toUpperCase(), ` ${name.replace(' ', '  ')} `, name.normalize('NFKD')]) {
      expect(codeOf(await create(bob, { name: same }))).toEqual([409, 'name-taken']);
    }
  });

  it('gives a slug to one account alone, and finds another one where nobody asked for it', async () => {
    const { slug } = await team(ada);
    expect(codeOf(await create(bob, { name: fresh('Other'), slug }))).toEqual([409, 'slug-taken']);
    const { slug: own } = await team(bob, { name: `${slug.replace('-', ' ')}!` });
    expect(own).toMatch(new RegExp(`^${slug}-[a-z2-9]{8}$`));
  });

  it.each(['home-abcdefghjkmn', randomUUID()])(
    'refuses the slug %s, which would be taken for something else',
    async (slug) => expect(codeOf(await create(ada, { name: fresh('Other'), slug }))).toEqual([400, 'slug-reserved']),
  );

  it('under one name by ten at the same time lets one of them win, and the others leave nothing behind', async () => {
    const name = fresh('Wanted');
    const slugs = Array.from({ length: 10 }, (_, n) => `wanted-${count}-${n}`);
    const answers = await Promise.all(slugs.map((slug) => create(ada, { name, slug })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    for (const [n, answer] of answers.entries()) {
      expect(await isFree({ kind: 'slug', value: slugs[n]! })).toBe(answer.status === 409);
    }
  });

  it('that died after its claims is finished when it is asked for again', async () => {
    const { identity } = service();
    const account_id = derivedId(randomUUID(), 'account');
    const name = fresh('Died');
    await takeClaims(identity, aRequest(), { account_id, basis: null }, [[{ kind: 'name', value: name }]]);
    await openAccount(identity, aRequest(), {
      ...{ account_id, name, slugs: [`died-${count}`], domain: null, kind: 'team' },
      ...{ created_by_id: ada.user_id, created_at: minutesAgo(1) },
    });
    expect((await identity.store.load(accounts, account_id)).state).toMatchObject({ kind: 'open', name });
  });

  it('that died for good frees its name for the next after a minute, and can never come back to share it', async () => {
    const { identity } = service();
    const dead = derivedId(randomUUID(), 'account');
    const name = fresh('Dead');
    const claim = (now: string) =>
      takeClaims(identity, aRequest(now), { account_id: dead, basis: null }, [[{ kind: 'name', value: name }]]);
    await claim(minutesAgo(0));
    expect(codeOf(await create(bob, { name }))).toEqual([409, 'name-taken']);
    await claim(minutesAgo(2));
    expect((await create(bob, { name })).status).toBe(201);
    const late = openAccount(identity, aRequest(), {
      ...{ account_id: dead, name, slugs: [`dead-${count}`], domain: null, kind: 'team' },
      ...{ created_by_id: ada.user_id, created_at: new Date().toISOString() },
    });
    await expect(late).rejects.toMatchObject({ status: 409, code: 'account-abandoned' });
  });

  it('whose process ended before its ADMIN was let in is made good by a reactor', async () => {
    const { identity, settled } = service();
    const account_id = derivedId(randomUUID(), 'account');
    const created_at = minutesAgo(1);
    await openAccount(identity, aRequest(created_at), {
      ...{ account_id, name: fresh('Alone'), slugs: [`alone-${count}`], domain: null, kind: 'team' },
      ...{ created_by_id: ada.user_id, created_at },
    });
    await settled();
    expect((await ada.contextIn({ account: account_id })).body).toMatchObject({ role: 'ADMIN' });
  });
});

describe('changing an account', () => {
  it('gives what it was called back to others, and keeps what it is called', async () => {
    const { id, name, slug } = await team(ada);
    const renamed = fresh('Renamed');
    const answer = await put(ada, id, { name: renamed, slug: `${slug}-too` });
    expect([answer.status, answer.body.name, answer.body.slug]).toEqual([200, renamed, `${slug}-too`]);
    expect((await create(bob, { name, slug })).status).toBe(201);
    expect(codeOf(await put(ada, id, { name }))).toEqual([409, 'name-taken']);
    expect(codeOf(await create(bob, { name: renamed }))).toEqual([409, 'name-taken']);
  });

  it('honours the revision that the client saw', async () => {
    const { id } = await team(ada);
    const seen = (await ada.call('GET', `/accounts/${id}`, { account: id })).headers.get('etag')!;
    const wanted = fresh('First');
    expect((await put(ada, id, { name: wanted }, { headers: { 'if-match': seen } })).status).toBe(200);
    const lost = fresh('Lost');
    expect(codeOf(await put(ada, id, { name: lost }, { headers: { 'if-match': seen } }))).toEqual([
      412,
      'stale-revision',
    ]);
    expect(await isFree({ kind: 'name', value: lost })).toBe(true);
  });

  it('twice with one key is once, also when it was renamed since', async () => {
    const { id } = await team(ada);
    const [one, two] = [fresh('One'), fresh('Two')];
    const { body } = await ada.call('GET', `/accounts/${id}`, { account: id });
    const { slug, domain, policies } = body;
    const headers = { 'idempotency-key': randomUUID() };
    const send = () =>
      ada.call('PUT', `/accounts/${id}`, { account: id, headers, body: { name: one, slug, domain, policies } });
    await send();
    await put(ada, id, { name: two });
    expect((await create(bob, { name: one })).status).toBe(201);
    const again = await send();
    expect([again.status, again.body.name, again.headers.get('idempotency-replayed')]).toEqual([200, one, 'true']);
    expect((await ada.call('GET', `/accounts/${id}`, { account: id })).body.name).toBe(two);
  });

  it('at the same time by many ends with one name claimed', async () => {
    const { id } = await team(ada);
    const names = Array.from({ length: 5 }, () => fresh('Race'));
    const answers = await Promise.all(names.map((name) => put(ada, id, { name })));
    expect(answers.every(({ status, body }) => status === 200 || body.code === 'account-busy')).toBe(true);
    await service().settled();
    const { name } = (await ada.call('GET', `/accounts/${id}`, { account: id })).body;
    for (const one of names) expect([one, await isFree({ kind: 'name', value: one })]).toEqual([one, one !== name]);
  });

  it('whose process ended before the old name was given back is made good by a reactor', async () => {
    const { identity, settled } = service();
    const { id, name } = await team(ada);
    const { state, revision } = await identity.store.load(accounts, id);
    if (state.kind !== 'open') throw new Error('not open');
    const { slug, domain, policies } = state;
    const wanted = fresh('Halfway');
    const asking = aRequest();
    await takeClaims(identity, asking, { account_id: id, basis: revision }, [[{ kind: 'name', value: wanted }]]);
    const { context, now, commandId } = asking;
    await identity.store.execute(accounts, id, {
      ...{ id: commandId, context, now, accountId: id },
      decide: (account) => updateAccount(account, { name: wanted, slug, domain, policies }),
    });
    await settled();
    expect(await isFree({ kind: 'name', value: name })).toBe(true);
    expect(await isFree({ kind: 'name', value: wanted })).toBe(false);
  });

  it('that stopped after its claim frees the name later, and a slow one finds out', async () => {
    const { identity } = service();
    const { id } = await team(ada);
    const name = fresh('Slow');
    const { revision } = await identity.store.load(accounts, id);
    const claim = [[{ kind: 'name' as const, value: name }]];
    await takeClaims(identity, aRequest(minutesAgo(2)), { account_id: id, basis: revision }, claim);
    expect((await create(bob, { name })).status).toBe(201);
    const { commandId, context, now } = aRequest();
    const late = identity.store.execute(accounts, id, {
      ...{ id: commandId, context, now, accountId: id, expectedRevision: revision },
      decide: () => [{ type: 'AccountUpdated', data: { account_id: id, name, slug: 'x', domain: null } }],
    });
    await expect(late).rejects.toMatchObject({ status: 412 });
  });

  it('is for who may manage its settings, and in no other account', async () => {
    const { id } = await team(ada);
    const other = await team(bob);
    const body = { name: fresh('Mine'), slug: 'mine', domain: null, policies: noPolicies };
    expect(codeOf(await bob.call('PUT', `/accounts/${id}`, { account: other.id, body }))).toEqual([
      404,
      'account-not-found',
    ]);
    expect(codeOf(await bob.call('PUT', `/accounts/${id}`, { account: id, body }))).toEqual([403, 'no-account-access']);
  });

  it('of a home renames it, and takes no name from anybody', async () => {
    const { name } = await team(ada);
    expect((await put(bob, bob.home_id, { name })).body).toMatchObject({ name, kind: 'home' });
    expect(codeOf(await put(ada, ada.home_id, { domain: 'ada-works.test' }))).toEqual([409, 'home-account']);
  });
});

describe('the domain of an account', () => {
  it('is that of an address its ADMIN has proved, and one account’s alone', async () => {
    const { id } = await team(ada, { domain: 'Ada-Works.TEST' });
    expect((await ada.call('GET', `/accounts/${id}`, { account: id })).body.domain).toBe('ada-works.test');
    const colleague = await somebody('carl@ada-works.test');
    const theirs = await team(colleague);
    expect(codeOf(await put(colleague, theirs.id, { domain: 'ada-works.test' }))).toEqual([409, 'domain-taken']);
    expect((await put(ada, id, { domain: null })).body.domain).toBeNull();
    expect((await put(colleague, theirs.id, { domain: 'ada-works.test' })).body.domain).toBe('ada-works.test');
  });

  it('is nobody’s who has not proved an address in it', async () => {
    const pending = await somebody('pending@pending.test', 'pending');
    for (const [who, domain] of [
      [bob, 'ada-works.test'],
      [pending, 'pending.test'],
    ] as const) {
      expect(codeOf(await create(who, { name: fresh('Grab'), domain }))).toEqual([403, 'domain-not-proven']);
    }
  });

  it.each([
    ['gmail.com', 'domain-public'],
    ['tuta.com', 'domain-public'],
    ['localhost', 'domain-invalid'],
    ['ada@ada-works.test', 'domain-invalid'],
  ])('is not %s', async (domain, code) =>
    expect(codeOf(await create(ada, { name: fresh('Odd'), domain }))).toEqual([400, code]),
  );

  it('is kept in ASCII', async () => {
    const jo = await somebody('jo@xn--bcher-kva.test');
    const { id } = await team(jo, { domain: 'Bücher.test' });
    expect((await jo.call('GET', `/accounts/${id}`, { account: id })).body.domain).toBe('xn--bcher-kva.test');
  });
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

  it('is undone by a super admin, which its log tells', async () => {
    const { identity } = service();
    const { id } = await team(ada);
    await ada.call('DELETE', `/accounts/${id}`, { account: id });
    const root = await somebody();
    const { commandId, context, now } = aRequest();
    await identity.store.execute(users, root.user_id, {
      ...{ id: commandId, context, now, accountId: null },
      decide: (user) => grantSuperAdmin(user, { reason: 'test' }),
    });
    const restored = await root.call('POST', `/accounts/${id}/restore`, { account: null });
    expect([restored.status, restored.body.role]).toEqual([200, null]);
    const events = [];
    for await (const event of identity.store.readStream(`account-${id}`)) events.push(event);
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'AccountRestored', data: { restored_as: 'super-admin' } },
      metadata: { account_id: id, actor: { user_id: root.user_id } },
    });
    expect(codeOf(await root.contextIn({ account: id }))).toEqual([403, 'no-account-access']);
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
