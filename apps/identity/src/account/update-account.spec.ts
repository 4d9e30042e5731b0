import { randomUUID } from 'node:crypto';
import { noPolicies } from '@annals/contracts';
import { startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { codeOf, create, fresh, minutesAgo, put, team } from '../testing/teams.js';
import { accounts } from './account.js';
import { claimId, claims, type Claimable } from './claim.js';
import { takeClaims } from './take-claims.js';
import { updateAccount } from './update-account.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);
let ada: Somebody;
let bob: Somebody;

const isFree = async (claimed: Claimable) => {
  const { store, secrets } = service().identity;
  return (await store.load(claims[claimed.kind], claimId(secrets, claimed))).state.kind === 'free';
};

beforeAll(async () => {
  [ada, bob] = [await somebody('ada@ada-works.test'), await somebody()];
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
