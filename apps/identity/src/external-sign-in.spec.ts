import { randomUUID } from 'node:crypto';
import { ExternalIssuer } from '@annals/auth';
import { streamName, type EventStore } from '@annals/event-store';
import { anonymous, startTestStores } from '@annals/testing';
import { openAccount } from './account/create-account.js';
import { emails } from './email/email.js';
import { freeOrphanedClaim } from './email/orphaned-claim.js';
import type { Identity } from './identity.js';
import { memberships, membershipId } from './membership/membership.js';
import { externalAsker } from './provider/external-asker.js';
import { providers } from './provider/provider.js';
import { registerPerson } from './user/register.js';
import { startIdentity, storeOptions, type IdentityService } from './testing/identity-service.js';
import { users } from './user/user.js';

// Many requests at once take long where much else is going on.
jest.setTimeout(180_000);

const account_id = randomUUID();
const issuerOf = (issuer: string, over: object = {}) =>
  ExternalIssuer.parse({ issuer, audience: 'annals', jwks_uri: 'https://keys.test/', provider: 'them', ...over });
const closed = issuerOf('https://closed.test/');
const lettingIn = issuerOf('https://letting-in.test/', {
  provision: { account: 'acme' },
  role_map: { bosses: 'ADMIN', writers: 'AUTHOR' },
});
const believed = issuerOf('https://believed.test/', {
  provision: { account: account_id, link_verified_email: true },
});
const astray = issuerOf('https://astray.test/', { provision: { account: 'nowhere' } });

let stores: Awaited<ReturnType<typeof startTestStores>>;
let service: IdentityService;
beforeAll(async () => {
  stores = await startTestStores(storeOptions);
  service = await startIdentity(stores, {}, { issuers: [closed, lettingIn, believed, astray] });
  const founder = (await local())!;
  const account = { account_id, slugs: ['acme'], name: 'Acme', domain: null, kind: 'team' as const };
  await openAccount(service.identity, asking(), { ...account, created_by_id: founder, created_at: asking().now });
});
afterAll(async () => {
  await service.stop();
  await stores.stop();
});

const asking = () => ({ commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() });
const newAddress = () => `${randomUUID()}@example.test`;
const local = (email = newAddress(), status: 'active' | 'pending' = 'active') =>
  registerPerson(service.identity, asking(), {
    ...{ email, name: 'Ada', password: 'correct horse battery staple', home: 'own' as const, status },
  });

interface Person {
  issuer?: ExternalIssuer;
  subject?: string;
  email?: string | null;
  email_verified?: boolean;
  name?: string | null;
  roles?: string[];
  auth_methods?: string[];
  authenticated_at?: string | null;
}

/** What the gateway asks about a token of theirs. */
const arrive = (person: Person = {}, selector: object = {}, account_optional = false) => {
  const { issuer = lettingIn, ...said } = person;
  return service.contextOf({
    caller: {
      ...{ kind: 'external', issuer: issuer.issuer, subject: `auth0|${randomUUID()}`, email: newAddress() },
      ...{ email_verified: true, name: 'Ada', roles: [], auth_methods: ['pwd'], authenticated_at: null },
      ...said,
    },
    ...{ selector, account_optional, client: { ip_address: '203.0.113.9', user_agent: 'jest' } },
  });
};
/** Comes again when a machine that is too busy says to come later, as clients do. */
async function arriveInTime(person: Person): ReturnType<typeof arrive> {
  for (;;) {
    const answer = await arrive(person);
    if (answer.status !== 503) return answer;
  }
}
const hashOf = (issuer: ExternalIssuer, subject: string) =>
  service.identity.secrets.providerHash(issuer.issuer, subject);
const eventsOf = async (stream: string, open = true) => {
  const events = [];
  for await (const event of service.identity.store.readStream(stream, { open })) events.push(event);
  return events;
};
const userOf = async (answer: ReturnType<typeof arrive>) => (await answer).body.user_id as string;
const refused = async (answer: ReturnType<typeof arrive>) => {
  const { status, body } = await answer;
  return `${status} ${body.code as string}: ${body.detail as string}`;
};

describe('somebody whom a trusted issuer sends', () => {
  it('is nobody here, unless the issuer is configured to let people in', async () => {
    const subject = `auth0|${randomUUID()}`;
    expect(await refused(arrive({ issuer: closed, subject }))).toMatch(
      /^401 identity-not-linked: .*sign in and add it/,
    );
    expect(await eventsOf(streamName('provider', hashOf(closed, subject)))).toEqual([]);
  });

  it('is let in on first sight as a member of the account, whose log says so', async () => {
    const [subject, email] = [`auth0|${randomUUID()}`, newAddress()];
    const { status, body } = await arrive({ subject, email, name: 'Grace' });
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        ...{ kind: 'user', account_id, session_id: null, role: 'VIEWER', auth_methods: ['pwd'] },
        ...{ is_super_admin: false, authenticated_at: null },
      }),
    ]);
    const user_id = body.user_id as string;
    expect(await eventsOf(streamName('user', user_id))).toMatchObject([
      {
        type: 'UserRegistered',
        data: { email, name: 'Grace', status: 'active', home_account_id: null, managed_by: account_id },
        metadata: {
          account_id,
          actor: { kind: 'service', principal: 'svc:provisioning', on_behalf_of: user_id },
        },
      },
    ]);
    expect(await eventsOf(streamName('provider', hashOf(lettingIn, subject)))).toMatchObject([
      {
        type: 'ProviderLinked',
        data: { user_id, provider_id: subject, provider: 'them', issuer: lettingIn.issuer, reason: 'provisioned' },
      },
    ]);
  });

  it('leaves no address, name or subject in clear', async () => {
    const person = { subject: `auth0|${randomUUID()}`, email: newAddress(), name: `Name ${randomUUID()}` };
    const user_id = await userOf(arrive(person));
    const streams = [
      ...[streamName('user', user_id), streamName('credential', user_id)],
      streamName('provider', hashOf(lettingIn, person.subject)),
      streamName('email', service.identity.secrets.emailHash(person.email)),
      streamName('membership', membershipId(account_id, user_id)),
    ];
    const found = (await Promise.all(streams.map((stream) => eventsOf(stream, false)))).flat();
    expect(found.map(({ type }) => type).sort()).toEqual(
      ['EmailClaimed', 'MembershipGranted', 'ProviderAdded', 'ProviderLinked', 'UserRegistered'].sort(),
    );
    const text = JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    for (const secret of Object.values(person)) expect(text).not.toContain(secret);
  });

  it('is one person, however many first requests come at the same time', async () => {
    const person = { subject: `auth0|${randomUUID()}`, email: newAddress() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => arriveInTime(person)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const ids = new Set(answers.map(({ body }) => body.user_id as string));
    expect(ids.size).toBe(1);
    const [user_id] = [...ids] as [string];
    for (const stream of [
      streamName('user', user_id),
      streamName('provider', hashOf(lettingIn, person.subject)),
      streamName('credential', user_id),
      streamName('membership', membershipId(account_id, user_id)),
    ]) {
      expect(await eventsOf(stream)).toHaveLength(1);
    }
  });

  it.each([
    ['the highest role that their roles stand for', ['writers', 'bosses', 'others'], 'ADMIN'],
    ['the role of the configuration when none of them does', ['others'], 'VIEWER'],
  ])('gets %s', async (_, roles, role) => {
    expect((await arrive({ roles })).body).toMatchObject({ role });
  });

  it('keeps the role they have here, whatever later tokens say', async () => {
    const person = { subject: `auth0|${randomUUID()}`, email: newAddress() };
    expect((await arrive({ ...person, roles: ['writers'] })).body).toMatchObject({ role: 'AUTHOR' });
    expect((await arrive({ ...person, roles: ['bosses'] })).body).toMatchObject({ role: 'AUTHOR' });
  });

  it('is pending until they prove an address that the issuer has not verified', async () => {
    const user_id = await userOf(arrive({ email_verified: false }));
    expect((await service.identity.store.load(users, user_id)).state).toMatchObject({ kind: 'pending' });
  });

  it('is called by the beginning of their address when the issuer gives no usable name', async () => {
    const email = `grace-${randomUUID()}@example.test`;
    const user_id = await userOf(arrive({ email, name: 'two\nlines' }));
    const [registered] = await eventsOf(streamName('user', user_id));
    expect(registered!.data.name).toBe(email.slice(0, email.indexOf('@')));
  });

  it.each([
    ['no address', { email: null }, 'names no address'],
    ['an address that is none', { email: 'ada' }, 'names no address'],
    ['an issuer whose account does not exist', { issuer: astray }, 'is not open'],
    ['an issuer that identity does not know', { issuer: issuerOf('https://nobody.test/') }, 'is not trusted'],
  ])('is refused with %s', async (_, person, why) => {
    expect(await refused(arrive(person))).toMatch(new RegExp(`^401 identity-not-linked: .*${why}`));
  });

  it('is somebody else than the same subject of another issuer', async () => {
    const subject = `auth0|${randomUUID()}`;
    const ids = [await userOf(arrive({ subject })), await userOf(arrive({ subject, issuer: believed }))];
    expect(new Set(ids).size).toBe(2);
  });
});

describe('the context of somebody whom another issuer sends', () => {
  const person = { subject: `auth0|${randomUUID()}`, email: newAddress() };
  beforeAll(() => arrive(person));

  it('is in the account that people of this issuer join, when the request names none', async () => {
    expect((await arrive(person)).body).toMatchObject({ account_id });
    expect((await arrive(person, {}, true)).body).toMatchObject({ account_id });
  });

  it('is in no account that they do not belong to', async () => {
    expect(await refused(arrive(person, { account_id: randomUUID() }))).toMatch(/^403 no-account-access/);
  });

  it('says when they proved themselves there, which is never in the future', async () => {
    const authenticated_at = '2026-01-01T00:00:00.000Z';
    expect((await arrive({ ...person, authenticated_at })).body).toMatchObject({ authenticated_at });
    const { body } = await arrive({ ...person, authenticated_at: '2999-01-01T00:00:00.000Z' });
    expect(Date.parse(body.authenticated_at as string)).toBeLessThanOrEqual(Date.now());
  });

  it('ends when the person is disabled', async () => {
    const other = { subject: `auth0|${randomUUID()}`, email: newAddress() };
    const user_id = await userOf(arrive(other));
    const data = { user_id, status: 'disabled' as const, reason: null };
    await service.identity.store.execute(users, user_id, {
      ...{ id: randomUUID(), context: anonymous(), now: asking().now, accountId: null },
      decide: () => [{ type: 'UserDisabled', data }],
    });
    expect(await refused(arrive(other))).toMatch(/^401 person-inactive/);
  });

  it('stays closed until the address is verified, where that is required', async () => {
    const strict = await startIdentity(stores, { requireVerifiedEmail: true }, { issuers: [lettingIn] });
    const { caller, ...rest } = {
      caller: {
        ...{ kind: 'external' as const, issuer: lettingIn.issuer, subject: `auth0|${randomUUID()}` },
        ...{ email: newAddress(), email_verified: false, name: null, roles: [], auth_methods: [] },
        authenticated_at: null,
      },
      ...{ selector: {}, account_optional: false, client: { ip_address: null, user_agent: null } },
    };
    expect(await refused(strict.contextOf({ caller, ...rest }))).toMatch(/^401 person-inactive/);
    await strict.stop();
  });
});

describe('an address that somebody here has', () => {
  it('lets nobody become that person by themselves', async () => {
    const email = newAddress();
    await local(email);
    expect(await refused(arrive({ email }))).toMatch(/^401 identity-not-linked: .*sign in as that user and add it/);
  });

  it('links them where the issuer is believed and both sides have verified it, once', async () => {
    const email = newAddress();
    const user_id = await local(email);
    const subject = `auth0|${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 5 }, () => arrive({ issuer: believed, email, subject })));
    expect(new Set(answers.map(({ body }) => body.user_id))).toEqual(new Set([user_id]));
    expect(answers[0]!.body).toMatchObject({ account_id, role: 'VIEWER' });
    expect(await eventsOf(streamName('provider', hashOf(believed, subject)))).toMatchObject([
      { type: 'ProviderLinked', data: { reason: 'verified-email' } },
    ]);
  });

  it.each<[string, 'active' | 'pending', Person]>([
    ['the issuer has not verified it', 'active', { email_verified: false }],
    ['the person here has not', 'pending', {}],
  ])('links nobody when %s', async (_, status, said) => {
    const email = newAddress();
    await local(email, status);
    expect(await refused(arrive({ issuer: believed, email, ...said }))).toMatch(/^401 identity-not-linked/);
  });

  it('links nobody to a super admin', async () => {
    const email = newAddress();
    const user_id = (await local(email))!;
    const data = { user_id, is_super_admin: true as const, reason: 'test' };
    await service.identity.store.execute(users, user_id, {
      ...{ id: randomUUID(), context: anonymous(), now: asking().now, accountId: null },
      decide: () => [{ type: 'SuperAdminGranted', data }],
    });
    expect(await refused(arrive({ issuer: believed, email }))).toMatch(/^401 identity-not-linked/);
  });

  it('does not bring back who was removed from the account', async () => {
    const email = newAddress();
    const user_id = (await local(email))!;
    const subject = `auth0|${randomUUID()}`;
    const id = membershipId(account_id, user_id);
    const step = () => ({ id: randomUUID(), context: anonymous(), now: asking().now, accountId: account_id });
    const ended = { type: 'MembershipEnded', data: { account_id, user_id, reason: 'removed' } } as const;
    await service.identity.store.execute(memberships, id, { ...step(), decide: () => [ended] });
    expect(await refused(arrive({ issuer: believed, email, subject }, { account_id }))).toMatch(/^403/);
    expect((await service.identity.store.load(memberships, id)).state.kind).toBe('ended');
  });
});

describe('a first sight that a crash broke off', () => {
  /** The same identity, whose process dies before its nth write. */
  function dyingBefore(nth: number): Identity {
    const { store } = service.identity;
    let writes = 0;
    const execute: EventStore['execute'] = (...args) => {
      writes += 1;
      return writes === nth ? Promise.reject(new Error('killed')) : store.execute(...args);
    };
    return { ...service.identity, store: { ...store, load: store.load.bind(store), execute } };
  }

  const first = async (nth: number, person: { email: string; subject: string }, now: string) => {
    const caller = {
      ...{ kind: 'external' as const, issuer: lettingIn.issuer, email_verified: true, name: 'Ada' },
      ...{ roles: ['bosses'], auth_methods: [], authenticated_at: null, ...person },
    };
    const client = { ip_address: null, user_agent: null };
    const asked = { caller, selector: {}, account_optional: false, client };
    await expect(externalAsker(dyingBefore(nth), asked, caller, now)).rejects.toThrow('killed');
  };

  it.each([1, 2, 3, 4, 5, 6])('before write %i is finished by the next, and nothing is there twice', async (nth) => {
    const person = { subject: `auth0|${randomUUID()}`, email: newAddress() };
    await first(nth, person, new Date().toISOString());
    await service.settled();
    const { body } = await arrive({ ...person, roles: ['bosses'] });
    expect(body).toMatchObject({ account_id, role: 'ADMIN' });
    const user_id = body.user_id as string;
    const streams = [
      ...[streamName('user', user_id), streamName('credential', user_id)],
      streamName('email', service.identity.secrets.emailHash(person.email)),
      streamName('membership', membershipId(account_id, user_id)),
      streamName('provider', hashOf(lettingIn, person.subject)),
    ];
    const counted = async () => (await Promise.all(streams.map((stream) => eventsOf(stream)))).map((one) => one.length);
    // The last step may be the reactor's.
    await service.settled();
    expect(await counted()).toEqual([1, 1, 1, 1, 1]);
    const seated = (await eventsOf(streamName('account', account_id))).filter(({ data }) => data.user_id === user_id);
    expect(seated.map(({ type }) => type)).toEqual(['AccountAdminAdded']);
  });

  it('leaves the address to who wants it, and comes back as somebody new', async () => {
    const person = { subject: `auth0|${randomUUID()}`, email: newAddress() };
    await first(2, person, '2026-01-01T12:00:00.000Z');
    const email_hash = service.identity.secrets.emailHash(person.email);
    await freeOrphanedClaim(service.identity, asking(), email_hash);
    expect((await service.identity.store.load(emails, email_hash)).state.kind).toBe('free');
    const user_id = await userOf(arrive(person));
    const { state } = await service.identity.store.load(providers, hashOf(lettingIn, person.subject));
    expect(state).toMatchObject({ user_id });
    expect((await service.identity.store.load(emails, email_hash)).state).toMatchObject({ user_id });
  });
});
