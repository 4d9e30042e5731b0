import { randomUUID } from 'node:crypto';
import { anonymous, startTestStores, until } from '@annals/testing';
import { withTenant } from '@annals/postgres';
import { derivedId, streamName } from '@annals/event-store';
import { accounts } from '../account/account.js';
import { emails } from '../email/email.js';
import { membershipId, memberships } from '../membership/membership.js';
import { demoPassword } from '../seed/people.js';
import { seedDemo } from '../seed/seed.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from '../testing/identity-service.js';
import { users } from '../user/user.js';
import { inviteeOf } from './create-invitation.js';
import { readInvitationToken } from './invitation-token.js';
import { invitationIdOf, invitations, invitationStream } from './invitation.js';
import { mostOpen } from './open-slots.js';

// Many requests at once take long where much else is going on.
jest.setTimeout(180_000);

const { service: started, stores } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
let admin: SignedIn;
let acme: string;

interface SignedIn {
  access_token: string;
  refresh_token: string;
  user_id: string;
  account_id: string;
}

const password = demoPassword;
const login = (email: string, secret = password) =>
  service.call('POST', '/auth/login', { body: { email, password: secret } });
const signIn = async (email: string): Promise<SignedIn> => (await login(email)).body as unknown as SignedIn;

beforeAll(async () => {
  service = started();
  await seedDemo(service.identity);
  await service.settled();
  admin = await signIn('admin@acme.test');
  acme = admin.account_id;
});
// An access token lasts five minutes, and this file may take longer.
beforeEach(async () => {
  const { body } = await service.call('POST', '/auth/refresh', { body: { refresh_token: admin.refresh_token } });
  admin = body as unknown as SignedIn;
});

const newAddress = () => `${randomUUID()}@example.test`;
const path = () => `/accounts/${acme}/invitations`;
const ask = (method: string, to: string, body?: unknown, over: Record<string, unknown> = {}) =>
  service.call(method, to, {
    token: admin.access_token,
    account: acme,
    ...(body === undefined ? {} : { body }),
    ...over,
  });
const invite = (email: string, over: Record<string, unknown> = {}) => ask('POST', path(), { email, ...over });
const codeOf = ({ status, body }: Answer) => [status, body.code];
/** The code of the latest invitation that reached an address; codes of other mails are shorter. */
const tokenFor = async (email: string): Promise<string> => {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return (body.data as { codes: string[] }[]).flatMap(({ codes }) => codes).find((code) => code.length === 107)!;
};
const invited = async (over: Record<string, unknown> = {}, email = newAddress()) => {
  const { status, body } = await invite(email, over);
  expect(status).toBe(201);
  return { email, id: body.id as string, token: await tokenFor(email) };
};
const accept = (body: Record<string, unknown>, over: Record<string, unknown> = {}) =>
  service.call('POST', '/invitations/accept', { body, ...over });
const register = async (email: string) => {
  await service.call('POST', '/auth/register', { body: { email, password, name: 'Known' } });
  return signIn(email);
};
const roleOf = async (userId: string) => {
  const { state } = await service.identity.store.load(memberships, membershipId(acme, userId));
  return state.kind === 'member' ? state.role : state.kind;
};

describe('inviting an address', () => {
  it('answers the same whether somebody is known by it or not, and mails a link', async () => {
    const known = newAddress();
    await register(known);
    const [first, second] = [await invite(known, { role: 'EDITOR' }), await invite(newAddress(), { role: 'EDITOR' })];
    const alike = {
      ...{ id: expect.any(String) as string, email: expect.any(String) as string, role: 'EDITOR', status: 'open' },
      ...{ invited_by_id: admin.user_id, created_at: expect.any(String) as string },
      expires_at: expect.any(String) as string,
    };
    expect([first.status, second.status]).toEqual([201, 201]);
    for (const { body } of [first, second]) expect(body).toEqual(alike);
    expect(await tokenFor(known)).toEqual(expect.any(String));
  });

  it('is good for seven days unless said, for thirty at most', async () => {
    const days = ({ body }: Answer) =>
      (Date.parse(body.expires_at as string) - Date.parse(body.created_at as string)) / 86_400_000;
    expect(days(await invite(newAddress()))).toBe(7);
    expect(days(await invite(newAddress(), { expires_in_days: 30 }))).toBe(30);
    expect(codeOf(await invite(newAddress(), { expires_in_days: 31 }))).toEqual([400, 'body-invalid']);
  });

  it('that belongs to a member, or has an open invitation, is refused', async () => {
    expect(codeOf(await invite('viewer@acme.test'))).toEqual([409, 'already-member']);
    const { email } = await invited();
    expect(codeOf(await invite(email.toUpperCase()))).toEqual([409, 'already-invited']);
  });

  it('many times at once is one invitation', async () => {
    const email = newAddress();
    const answers = await Promise.all(Array.from({ length: 6 }, () => invite(email)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it('of somebody made known here who never came can be repeated once the first is over', async () => {
    const email = newAddress();
    await ask('POST', '/users', { email, name: 'Awaited' });
    expect(codeOf(await invite(email))).toEqual([409, 'already-invited']);
    const id = invitationIdOf(acme, service.identity.secrets.emailHash(email));
    await ask('DELETE', `${path()}/${id}`);
    expect((await invite(email)).status).toBe(201);
  });

  it('is for ADMINs of that account', async () => {
    const manager = await signIn('manager@acme.test');
    for (const [method, to, body] of [
      ['GET', path(), undefined],
      ['POST', path(), { email: newAddress() }],
      ['DELETE', `${path()}/${randomUUID()}`, undefined],
    ] as const) {
      expect(codeOf(await ask(method, to, body, { token: manager.access_token }))).toEqual([403, 'role-required']);
      const elsewhere = to.replace(acme, randomUUID());
      expect(codeOf(await ask(method, elsewhere, body))).toEqual([404, 'account-not-found']);
    }
  });

  it('stops at a hundred open ones, and goes on when one ended', async () => {
    const owner = await register(newAddress());
    const home = owner.account_id;
    const call = (method: string, rest: string, body?: unknown) =>
      service.call(method, `/accounts/${home}/invitations${rest}`, {
        token: owner.access_token,
        ...(body === undefined ? {} : { body }),
      });
    const made: Answer[] = [];
    while (made.length < mostOpen) {
      const some = Array.from({ length: 20 }, () => call('POST', '', { email: newAddress() }));
      made.push(...(await Promise.all(some)));
    }
    expect(new Set(made.map(({ status }) => status))).toEqual(new Set([201]));
    expect(codeOf(await call('POST', '', { email: newAddress() }))).toEqual([409, 'too-many-invitations']);
    expect((await call('DELETE', `/${made[0]!.body.id as string}`)).status).toBe(204);
    expect((await call('POST', '', { email: newAddress() })).status).toBe(201);
    // A place whose invitation was never written, because the process died, is found when it is needed.
    await withTenant(service.identity.pool, { accountId: home }, (tx) =>
      tx.query(
        `update invitation_slots set invitation_id = gen_random_uuid() where invitation_id =
           (select invitation_id from invitation_slots where account_id = $1 limit 1)`,
        [home],
      ),
    );
    expect((await call('POST', '', { email: newAddress() })).status).toBe(201);
  });
});

describe('invitations of an account', () => {
  it('are listed with what became of them, as fresh as the one who asks', async () => {
    const open = await invited();
    const taken = await invited();
    const { headers, status } = await ask('DELETE', `${path()}/${taken.id}`);
    expect(status).toBe(204);
    const list = async (query: string) => {
      const fresh = { headers: { 'x-min-position': headers.get('x-position')! } };
      const { body } = await ask('GET', `${path()}?limit=100&${query}`, undefined, fresh);
      return (body.data as { email: string; status: string }[]).map((one) => [one.email, one.status]);
    };
    expect(await list('status=revoked')).toContainEqual([taken.email, 'revoked']);
    expect(await list('sort_by=expires_at')).toContainEqual([open.email, 'open']);
    await withTenant(service.identity.pool, { accountId: acme }, (tx) =>
      tx.query('update invitations_v2.invitations set expires_at = now() where email = $1', [open.email]),
    );
    expect(await list('status=expired')).toEqual([[open.email, 'expired']]);
  });

  it('cannot be taken back when there is none, or after a yes', async () => {
    expect(codeOf(await ask('DELETE', `${path()}/${randomUUID()}`))).toEqual([404, 'invitation-not-found']);
    const { id, token } = await invited();
    await accept({ token, password, name: 'Quick' });
    expect(codeOf(await ask('DELETE', `${path()}/${id}`))).toEqual([409, 'invitation-accepted']);
  });
});

describe('accepting an invitation', () => {
  it('registers who is new: active, with a home of their own, signed in with the password', async () => {
    const { email, token } = await invited({ role: 'EDITOR' });
    const answer = await accept({ token, password, name: 'New Here' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'accepted', account_id: acme, role: 'EDITOR' } });
    await service.settled();
    const { body } = await login(email);
    expect((body.accounts as { slug: string; role: string }[]).map(({ role }) => role).sort()).toEqual([
      'ADMIN',
      'EDITOR',
    ]);
    const person = await ask('GET', `/users/${answer.body.user_id as string}`);
    expect(person.body).toMatchObject({ email, name: 'New Here', status: 'active' });
  });

  it('fifty times at once has one effect', async () => {
    const { email, token } = await invited();
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept({ token, password, name: 'Crowd' })));
    const done = answers.filter(({ status }) => status === 200);
    // Passwords are hashed a few at a time; who finds the queue full is asked to come again.
    expect(answers.every(({ status }) => [200, 503].includes(status))).toBe(true);
    expect(new Set(done.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await service.settled();
    const userId = done[0]!.body.user_id as string;
    const typesOf = async (stream: string) => {
      const types: string[] = [];
      for await (const event of service.identity.store.readStream(stream)) types.push(event.type);
      return types;
    };
    const id = invitationIdOf(acme, service.identity.secrets.emailHash(email));
    expect(await typesOf(streamName('invitation', invitationStream(acme, id)))).toEqual([
      'InvitationCreated',
      'InvitationAccepted',
    ]);
    expect(await typesOf(streamName('membership', membershipId(acme, userId)))).toEqual(['MembershipGranted']);
    expect(await typesOf(streamName('user', userId))).toEqual(['UserRegistered']);
    expect(
      (await typesOf(streamName('credential', userId))).filter((type) => type.startsWith('Password')),
    ).toHaveLength(1);
    expect((await login(email)).status).toBe(200);
  });

  it('again gets the same answer and changes no password', async () => {
    const { email, token } = await invited();
    const first = await accept({ token, password, name: 'Once' });
    const again = await accept({ token, password: 'quite another long password', name: 'Twice' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await login(email, 'quite another long password')).status).toBe(401);
    expect((await login(email)).status).toBe(200);
  });

  it('gets the same answer when another yes was done in the middle of it', async () => {
    const { token } = await invited();
    const { store } = service.identity;
    const load = store.load.bind(store);
    let first: Answer | undefined;
    const spy = jest.spyOn(store, 'load').mockImplementation(async (aggregate, id) => {
      const loaded = await load(aggregate, id);
      if ((aggregate as unknown) !== invitations) return loaded;
      spy.mockRestore();
      first = await accept({ token, password, name: 'Faster' });
      return loaded;
    });
    const second = await accept({ token, password, name: 'Slower' });
    expect(first?.status).toBe(200);
    expect([second.status, second.body]).toEqual([200, first?.body]);
  });

  it('is done signed in by who has the address', async () => {
    const email = newAddress();
    const person = await register(email);
    const { token } = await invited({ role: 'MANAGER' }, email);
    expect(codeOf(await accept({ token, password, name: 'X' }))).toEqual([401, 'sign-in-to-accept']);
    const accepted = await accept({ token }, { token: person.access_token });
    expect(accepted.body).toMatchObject({ user_id: person.user_id, role: 'MANAGER' });
    expect(await roleOf(person.user_id)).toBe('MANAGER');
    // The mail proves the address of who had not followed the first one.
    expect((await service.identity.store.load(users, person.user_id)).state).toMatchObject({ kind: 'active' });
  });

  it('by somebody signed in with another address is refused', async () => {
    const { token } = await invited();
    const other = await register(newAddress());
    expect(codeOf(await accept({ token }, { token: other.access_token }))).toEqual([
      403,
      'invitation-for-another-address',
    ]);
  });

  it.each([
    ['without a password', { name: 'X' }, 'password-missing'],
    ['without a name', { password }, 'name-missing'],
    ['with a password everybody tries', { password: 'password123', name: 'X' }, 'password-refused'],
  ])('%s is refused, and can be done again', async (_, body, code) => {
    const { token } = await invited();
    expect(codeOf(await accept({ token, ...body }))).toEqual([400, code]);
    expect((await accept({ token, password, name: 'X' })).status).toBe(200);
  });

  it('of who was put out is refused', async () => {
    const email = newAddress();
    const { body } = await ask('POST', '/users', { email, name: 'Gone' });
    const token = await tokenFor(email);
    await ask('POST', `/users/${body.id as string}/disable`);
    expect(codeOf(await accept({ token, password }))).toEqual([403, 'invitation-not-for-them']);
  });

  it('takes no token that was not made here, nor one taken back or too old', async () => {
    expect(codeOf(await accept({ token: 'x'.repeat(107) }))).toEqual([400, 'invitation-token-invalid']);
    const { id, token } = await invited();
    await ask('DELETE', `${path()}/${id}`);
    expect(codeOf(await accept({ token, password, name: 'X' }))).toEqual([409, 'invitation-revoked']);
    const email = newAddress();
    const old = new Date(Date.now() - 8 * 86_400_000).toISOString();
    await offerOn(old, email);
    expect(codeOf(await accept({ token: await tokenFor(email), password, name: 'X' }))).toEqual([
      409,
      'invitation-expired',
    ]);
  });

  it('of a closed account, or for somebody who was forgotten, is refused', async () => {
    const owner = await register(newAddress());
    const call = (method: string, to: string, body?: unknown, account?: string) =>
      service.call(method, to, {
        token: owner.access_token,
        ...(body === undefined ? {} : { body }),
        ...(account === undefined ? {} : { account }),
      });
    const team = (await call('POST', '/accounts', { name: `Team ${randomUUID()}` })).body.id as string;
    const email = newAddress();
    expect((await call('POST', `/accounts/${team}/invitations`, { email }, team)).status).toBe(201);
    const ofTeam = await tokenFor(email);
    expect((await call('DELETE', `/accounts/${team}`, undefined, team)).status).toBe(204);
    expect(codeOf(await accept({ token: ofTeam, password, name: 'X' }))).toEqual([409, 'invitation-account-closed']);

    const { token } = await invited();
    const { offer_id } = readInvitationToken(service.identity.secrets.invitationKey, token);
    await stores().keys.destroy(inviteeOf(offer_id));
    service.identity.store.forget(inviteeOf(offer_id));
    expect(codeOf(await accept({ token, password, name: 'X' }))).toEqual([403, 'invitation-erased']);
  });

  it('gives a seat among those who run the account to an ADMIN', async () => {
    const { token } = await invited({ role: 'ADMIN' });
    const { body } = await accept({ token, password, name: 'Boss' });
    const { state } = await service.identity.store.load(accounts, acme);
    expect(state).toMatchObject({ admins: expect.arrayContaining([body.user_id]) as string[] });
  });

  it('waits while somebody else registers with the address, and is not in the way of who died doing so', async () => {
    const { email, token } = await invited();
    const claim = async (claimed_at: string, user_id = randomUUID()) => {
      const { store, secrets } = service.identity;
      const email_hash = secrets.emailHash(email);
      await store.execute(emails, email_hash, {
        ...{ id: randomUUID(), context: anonymous(), now: claimed_at },
        decide: () => [{ type: 'EmailClaimed', data: { email_hash, user_id, claimed_at } }],
      });
    };
    await claim(new Date().toISOString());
    expect(codeOf(await accept({ token, password, name: 'X' }))).toEqual([409, 'address-not-free']);
    await claim(new Date(Date.now() - 120_000).toISOString());
    // The id kept for them was used by a registration that was given up: they get another.
    const { offer_id } = readInvitationToken(service.identity.secrets.invitationKey, token);
    await service.identity.store.execute(users, inviteeOf(offer_id), {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString() },
      decide: () => [{ type: 'RegistrationAbandoned', data: { user_id: inviteeOf(offer_id), email_hash: 'e' } }],
    });
    const { status, body } = await accept({ token, password, name: 'X' });
    expect([status, body.user_id]).toEqual([200, inviteeOf(inviteeOf(offer_id))]);
  });

  it('is finished by a reactor when the process died after the yes; who repeats it sets their password', async () => {
    const { email, token } = await invited();
    const { store, secrets } = service.identity;
    const { offer_id, invitation_id } = readInvitationToken(secrets.invitationKey, token);
    const user_id = inviteeOf(offer_id);
    await store.execute(invitations, invitationStream(acme, invitation_id), {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: acme },
      decide: () => [
        {
          type: 'InvitationAccepted',
          data: {
            ...{ account_id: acme, invitation_id, offer_id, user_id, role: 'VIEWER' },
            ...{ email_hash: secrets.emailHash(email), registers: { email, name: 'Half' } },
            accepted_at: new Date().toISOString(),
          },
        },
      ],
    });
    await until('they are a member', async () => (await roleOf(user_id)) === 'VIEWER');
    expect((await login(email)).status).toBe(401);
    expect((await accept({ token, password })).status).toBe(200);
    expect((await login(email)).status).toBe(200);
  });
});

/** An invitation as it was sent on another day. */
async function offerOn(created_at: string, email: string): Promise<void> {
  const email_hash = service.identity.secrets.emailHash(email);
  const invitation_id = invitationIdOf(acme, email_hash);
  const offer_id = derivedId(invitation_id, created_at);
  await service.identity.store.execute(invitations, invitationStream(acme, invitation_id), {
    ...{ id: randomUUID(), context: anonymous(), now: created_at, accountId: acme },
    decide: () => [
      {
        type: 'InvitationCreated',
        data: {
          ...{ account_id: acme, invitation_id, offer_id, invitee_id: inviteeOf(offer_id), email, email_hash },
          ...{ role: 'VIEWER', invited_by_id: null, created_at },
          expires_at: new Date(Date.parse(created_at) + 7 * 86_400_000).toISOString(),
        },
      },
    ],
  });
}
