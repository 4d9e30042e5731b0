import { randomUUID } from 'node:crypto';
import { noPolicies } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { startTestStores, until } from '@annals/testing';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { aRequest, peopleOf, type Somebody } from '../testing/people.js';
import { codeOf, create, fresh, minutesAgo, team } from '../testing/teams.js';
import { accounts } from './account.js';
import { claimId, claims, type Claimable } from './claim.js';
import { openAccount } from './create-account.js';
import { takeClaims } from './take-claims.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
const somebody = peopleOf(service);
let ada: Somebody;
let bob: Somebody;

const isFree = async (claimed: Claimable) => {
  const { store, secrets } = service().identity;
  return (await store.load(claims[claimed.kind], claimId(secrets, claimed))).state.kind === 'free';
};

const slugOf = (name: string) => name.toLowerCase().replace(' ', '-');

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
    const headers = { 'x-min-position': answer.headers.get('x-position')! };
    const list = () => ada.call('GET', '/accounts?sort_by=name&sort_order=asc', { account: null, headers });
    let listed = await list();
    await until('the list is as new as was asked for', async () => {
      if (listed.status === 503) listed = await list();
      return listed.status !== 503;
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

  it('happens once also for somebody who worked in their only account and afterwards has two', async () => {
    const newcomer = await somebody();
    const body = { name: fresh('First') };
    const headers = { 'idempotency-key': randomUUID() };
    const first = await create(newcomer, body, headers);
    await service().settled();
    const second = await create(newcomer, body, headers);
    expect([second.status, second.body, second.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true']);
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
    const slugs = Array.from({ length: 10 }, (_, n) => `${slugOf(name)}-${n}`);
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
      ...{ account_id, name, slugs: [slugOf(name)], domain: null, kind: 'team' },
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
      ...{ account_id: dead, name, slugs: [slugOf(name)], domain: null, kind: 'team' },
      ...{ created_by_id: ada.user_id, created_at: new Date().toISOString() },
    });
    await expect(late).rejects.toMatchObject({ status: 409, code: 'account-abandoned' });
  });

  it('whose process ended before its ADMIN was let in is made good by a reactor', async () => {
    const { identity, settled } = service();
    const account_id = derivedId(randomUUID(), 'account');
    const name = fresh('Alone');
    const created_at = minutesAgo(1);
    await openAccount(identity, aRequest(created_at), {
      ...{ account_id, name, slugs: [slugOf(name)], domain: null, kind: 'team' },
      ...{ created_by_id: ada.user_id, created_at },
    });
    await settled();
    expect((await ada.contextIn({ account: account_id })).body).toMatchObject({ role: 'ADMIN' });
  });
});
