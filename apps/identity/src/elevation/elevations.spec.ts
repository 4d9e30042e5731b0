import { randomUUID } from 'node:crypto';
import type { StoredEvent } from '@annals/event-store';
import { anonymous, startTestStores, until } from '@annals/testing';
import { demoPassword } from '../seed/people.js';
import { seedDemo } from '../seed/seed.js';
import { revocationsAfter } from '../session/revocations.js';
import { sessions } from '../session/session.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from '../testing/identity-service.js';
import { expireElevations } from './expire-elevations.js';
import { startElevation } from './start-elevation.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
let acme: SignedIn;
let globex: SignedIn;
let root: SignedIn;

interface SignedIn {
  access_token: string;
  session_id: string;
  user_id: string;
  account_id: string;
}

const signIn = async (email: string): Promise<SignedIn> => {
  const { body } = await service.call('POST', '/auth/login', { body: { email, password: demoPassword } });
  return body as unknown as SignedIn;
};
beforeAll(async () => {
  service = started();
  await seedDemo(service.identity);
  await service.settled();
  acme = await signIn('admin@acme.test');
  globex = await signIn('admin@globex.test');
});
beforeEach(async () => (root = await signIn('root@annals.test')));

const reason = 'Ticket 4711: the import does not start';
const elevate = (account_id: string, over: object = {}, who = root, headers: Record<string, string> = {}) =>
  service.call('POST', '/elevations', { token: who.access_token, body: { account_id, reason, ...over }, headers });
const elevated = async (account_id: string, over: object = {}): Promise<{ id: string; expires_at: string }> => {
  const { status, body } = await elevate(account_id, over);
  expect(status).toBe(201);
  return body as unknown as { id: string; expires_at: string };
};
const contextIn = (account_id: string, { user_id, session_id } = root) =>
  service.context({ user_id, session_id, selector: { account_id } });
const codeOf = ({ status, body }: Answer) => [status, body.code];
const leave = (id: string, who = root) => service.call('DELETE', `/elevations/${id}`, { token: who.access_token });
/** What stands in the session about elevations. */
const facts = async (): Promise<StoredEvent[]> => {
  const found: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(`session-${root.session_id}`)) {
    if (event.type.startsWith('Elevation')) found.push(event);
  }
  return found;
};

describe('a super admin', () => {
  it('has no access to anybody’s account without an elevation', async () =>
    expect(codeOf(await contextIn(acme.account_id))).toEqual([403, 'no-account-access']));

  it('is ADMIN of one account by an elevation, as no member, until it ends', async () => {
    const { id, expires_at } = await elevated(acme.account_id, { minutes: 30 });
    expect((await contextIn(acme.account_id)).body).toMatchObject({
      ...{ role: 'ADMIN', roles: ['ADMIN'], is_super_admin: true, is_system_admin_access: true },
      ...{ elevation_id: id, membership_id: null, account_slug: 'acme', valid_until: expires_at },
      permissions: expect.arrayContaining(['VIEW_AUDIT_LOG', 'MANAGE_ALL_USERS']) as string[],
    });
    expect(codeOf(await contextIn(globex.account_id))).toEqual([403, 'no-account-access']);
  });

  it('is elevated in the session that asked for it alone', async () => {
    await elevated(acme.account_id);
    expect(codeOf(await contextIn(acme.account_id, await signIn('root@annals.test')))).toEqual([
      403,
      'no-account-access',
    ]);
  });

  it('sees the account they are elevated in', async () => {
    await elevated(acme.account_id);
    const token = root.access_token;
    const answer = await service.call('GET', `/accounts/${acme.account_id}`, { token, account: acme.account_id });
    expect(answer.body).toMatchObject({ id: acme.account_id, slug: 'acme', role: 'ADMIN' });
  });

  it('can take a token for the account they are elevated in', async () => {
    await elevated(acme.account_id);
    const body = { account_id: acme.account_id };
    const answer = await service.call('POST', '/auth/switch-account', { token: root.access_token, body });
    expect([answer.status, answer.body.account_id]).toEqual([200, acme.account_id]);
  });

  it('writes everything meanwhile under the elevation', async () => {
    const { id } = await elevated(acme.account_id);
    const body = { name: 'Made on a visit', scopes: ['VIEW_AUDIT_LOG'] };
    const account = acme.account_id;
    const made = await service.call('POST', '/api-keys', { token: root.access_token, body, account });
    expect(made.status).toBe(201);
    for await (const event of service.identity.store.readStream(`apikey-${account}_${String(made.body.id)}`)) {
      expect(event.metadata.actor).toMatchObject({ user_id: root.user_id, elevation_id: id });
    }
  });
});

describe('starting an elevation', () => {
  it('is told in the log of the account, with the reason, and to the gateways', async () => {
    const { id } = await elevated(acme.account_id);
    const [fact] = await facts();
    expect(fact).toMatchObject({
      type: 'ElevationStarted',
      data: { elevation_id: id, account_id: acme.account_id, user_id: root.user_id, reason },
      metadata: { account_id: acme.account_id },
    });
    const markers = await revocationsAfter(service.identity.pool, 0);
    expect(markers).toContainEqual(expect.objectContaining({ kind: 'session', key: root.session_id }));
  });

  it('is for super admins, for accounts that there are, and once at a time', async () => {
    expect(codeOf(await elevate(globex.account_id, {}, acme))).toEqual([403, 'super-admin-required']);
    expect(codeOf(await elevate(randomUUID()))).toEqual([404, 'account-not-found']);
    await elevated(acme.account_id);
    expect(codeOf(await elevate(acme.account_id))).toEqual([409, 'already-elevated']);
  });

  it.each([
    ['no reason', { reason: undefined }],
    ['a reason that says nothing', { reason: 'because' }],
    ['more than an hour', { minutes: 61 }],
    ['no time', { minutes: 0 }],
  ])('is refused with %s', async (_what, over) =>
    expect(codeOf(await elevate(acme.account_id, over))).toEqual([400, 'body-invalid']),
  );

  it('needs a recent proof of who asks', async () => {
    await service.identity.pool.query(
      "update session_tokens set authenticated_at = now() - interval '11 minutes' where session_id = $1",
      [root.session_id],
    );
    expect(codeOf(await elevate(acme.account_id))).toEqual([403, 'reauthentication-required']);
  });

  it('is finished by a reactor when the command fell after the fact', async () => {
    const elevation_id = randomUUID();
    const { session_id, user_id } = root;
    const { account_id } = acme;
    const now = new Date().toISOString();
    await service.identity.store.execute(sessions, session_id, {
      ...{ id: randomUUID(), context: anonymous({ timestamp: now }), now, accountId: account_id },
      decide: (session) => startElevation(session, { elevation_id, account_id, reason, minutes: 5, now }),
    });
    await until('it can be found and ended', async () => (await leave(elevation_id)).status === 204);
    expect((await facts()).map(({ data }) => [data.elevation_id, data.user_id])).toEqual([
      [elevation_id, user_id],
      [elevation_id, user_id],
    ]);
  });

  it('twice with one key is once, with the same answer', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [
      await elevate(acme.account_id, {}, root, key),
      await elevate(acme.account_id, {}, root, key),
    ];
    expect(again.body).toEqual(first.body);
    expect(await facts()).toHaveLength(1);
  });
});

describe('elevations in force', () => {
  const list = async (who = root) => {
    const { body } = await service.call('GET', '/elevations', { token: who.access_token });
    return body.data as { id: string; session_id: string; current: boolean }[];
  };

  it('are listed to their person, whichever session they are in', async () => {
    const { id } = await elevated(acme.account_id);
    const other = await signIn('root@annals.test');
    expect(await list()).toContainEqual(
      expect.objectContaining({ id, account_id: acme.account_id, reason, session_id: root.session_id, current: true }),
    );
    expect(await list(other)).toContainEqual(expect.objectContaining({ id, current: false }));
    expect(await list(acme)).toEqual([]);
    await leave(id);
    expect((await list()).map((one) => one.id)).not.toContain(id);
  });
});

describe('an elevation ends', () => {
  it('when its person says so, at once and for good', async () => {
    const { id } = await elevated(acme.account_id);
    expect((await leave(id)).status).toBe(204);
    expect(codeOf(await contextIn(acme.account_id))).toEqual([403, 'no-account-access']);
    expect((await leave(id)).status).toBe(204);
    const [, ended] = await facts();
    expect(ended).toMatchObject({ data: { reason: 'ended' }, metadata: { account_id: acme.account_id } });
    expect(await facts()).toHaveLength(2);
  });

  it('for nobody else: it is as unknown as one that never was', async () => {
    const { id } = await elevated(acme.account_id);
    expect(codeOf(await leave(id, acme))).toEqual([404, 'elevation-not-found']);
    expect(codeOf(await leave(randomUUID()))).toEqual([404, 'elevation-not-found']);
    expect((await contextIn(acme.account_id)).status).toBe(200);
  });

  it('by itself, with a line in the log of the account that several processes write once', async () => {
    const { id, expires_at } = await elevated(acme.account_id, { minutes: 1 });
    await Promise.all([expireElevations(service.identity, expires_at), expireElevations(service.identity, expires_at)]);
    await expireElevations(service.identity, expires_at);
    const [, ended, ...more] = await facts();
    expect(ended).toMatchObject({
      data: { elevation_id: id, reason: 'expired' },
      metadata: {
        account_id: acme.account_id,
        actor: { kind: 'service', principal: 'svc:identity', on_behalf_of: root.user_id },
      },
    });
    expect(more).toEqual([]);
  });

  it('with its session, with a line in the log of the account', async () => {
    await elevated(acme.account_id);
    await service.call('POST', '/auth/logout', { token: root.access_token });
    await until('its end is recorded', async () => (await facts()).length === 2);
    expect((await facts())[1]).toMatchObject({
      data: { reason: 'session-ended' },
      metadata: { account_id: acme.account_id },
    });
  });
});
