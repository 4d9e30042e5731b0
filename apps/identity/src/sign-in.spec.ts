import { randomUUID } from 'node:crypto';
import { streamName } from '@annals/event-store';
import { anonymous, startTestStores } from '@annals/testing';
import { membershipId, memberships } from './membership/membership.js';
import { endSession } from './session/end-session.js';
import { requireLiveSession } from './session/live-session.js';
import { sessions } from './session/session.js';
import { readRefreshToken } from './token/refresh-token.js';
import { users } from './user/user.js';
import { identityUnderTest, storeOptions, startIdentity, type IdentityService } from './testing/identity-service.js';

// Many requests at once take long where much else is going on.
jest.setTimeout(180_000);

const { service: started, stores } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const password = 'correct horse battery staple';

/** A new person; returns the address. */
async function person(of = service): Promise<string> {
  const email = `${randomUUID()}@example.test`;
  const answer = await of.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  expect(answer.status).toBe(202);
  return email;
}

interface SignedIn {
  access_token: string;
  refresh_token: string;
  session_id: string;
  user_id: string;
  account_id: string;
  device_id: string;
}

const tryLogin = (email: string, over: Record<string, unknown> = {}, of = service) =>
  of.call('POST', '/auth/login', { body: { email, password, ...over } });
async function signIn(email: string, over: Record<string, unknown> = {}): Promise<SignedIn> {
  const { status, body } = await tryLogin(email, over);
  expect(status).toBe(200);
  return body as unknown as SignedIn;
}
const refresh = (refresh_token: string, over: Record<string, unknown> = {}) =>
  service.call('POST', '/auth/refresh', { body: { refresh_token, ...over } });
const contextOf = ({ user_id, session_id, account_id }: SignedIn) =>
  service.context({ user_id, session_id, selector: { account_id } });

/** Guesses at the same time: none of them waits for a delay that another one caused. */
const guess = (email: string, times: number) =>
  Promise.all(Array.from({ length: times }, () => tryLogin(email, { password: 'wrong password' })));

/** Guesses until the delay begins, and makes it so long that no slow machine sees its end. */
async function lockOut(email: string): Promise<void> {
  await guess(email, 5);
  const { pool, secrets } = service.identity;
  const { rowCount } = await pool.query('update sign_in_failures set failures = 50 where key = $1 and failures = 5', [
    secrets.emailHash(email),
  ]);
  expect(rowCount).toBe(1);
}

const isBusy = (error: unknown): void => expect(error).toMatchObject({ status: 503, code: 'sign-in-busy' });

/** Takes every place where passwords are checked, until there is none. @returns what gives them back */
function occupyHasher(): () => Promise<unknown> {
  const { hasher } = service.identity;
  let leave: () => void = () => undefined;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const inside: Promise<void>[] = [];
  for (let before = -1; hasher.load() > before;) {
    before = hasher.load();
    inside.push(hasher.admit(() => left).catch(isBusy));
  }
  return () => {
    leave();
    return Promise.all(inside);
  };
}

describe('signing in', () => {
  it('gives a short token that says who, which session and which account, and nothing personal', async () => {
    const session = await signIn(await person());
    const [, payload] = session.access_token.split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({
      ...{ iss: 'https://annals.test', aud: 'annals', sub: session.user_id, sid: session.session_id },
      ...{ account_id: session.account_id, amr: ['pwd'] },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(300);
    const { user_id, session_id, account_id } = session;
    expect(await eventsOf(`session-${session_id}`)).toMatchObject([
      { type: 'SessionStarted', metadata: { account_id, actor: { kind: 'user', user_id, session_id } } },
    ]);
  });

  it('answers the same for an unknown address, a wrong password, a disabled person and a locked one', async () => {
    const [wrong, locked, disabled] = [await person(), await person(), await person()];
    await lockOut(locked);
    const disabledId = (await signIn(disabled)).user_id;
    await disable(disabledId);
    const answers = [
      await tryLogin(`${randomUUID()}@example.test`),
      await tryLogin(wrong, { password: 'wrong password' }),
      await tryLogin(locked),
      await tryLogin(disabled),
    ];
    const shown = answers.map(({ status, body, headers }) => {
      const { request_id: _r, trace_id: _t, ...rest } = body;
      return JSON.stringify([status, rest, [...headers.keys()].sort()]);
    });
    expect(new Set(shown).size).toBe(1);
    expect([answers[0]!.status, answers[0]!.body.code]).toEqual([401, 'sign-in-refused']);
  });

  it('opens again when the delay is over, and a right password forgets the failures', async () => {
    const email = await person();
    await lockOut(email);
    expect((await tryLogin(email)).status).toBe(401);
    const { pool } = service.identity;
    await pool.query("update sign_in_failures set last_failure_at = last_failure_at - interval '1 hour'", []);
    expect((await tryLogin(email)).status).toBe(200);
    expect((await tryLogin(email, { password: 'wrong password' })).status).toBe(401);
    expect((await tryLogin(email)).status).toBe(200);
  });

  it('does not let strangers lock out a device on which the person signed in before', async () => {
    const email = await person();
    const { device_id } = await signIn(email);
    await lockOut(email);
    expect((await tryLogin(email)).status).toBe(401);
    expect((await tryLogin(email, { device_id: randomUUID() })).status).toBe(401);
    expect(await signIn(email, { device_id })).toMatchObject({ device_id });
  });

  it('tells the person’s log once that somebody keeps guessing', async () => {
    const email = await person();
    const { user_id } = await signIn(email);
    await guess(email, 8);
    expect(await eventsOf(streamName('credential', user_id))).toMatchObject([
      { type: 'PasswordSet' },
      { type: 'SignInThrottled', data: { user_id, failures: 5 } },
    ]);
  });

  it('is refused at once when too many ask', async () => {
    const email = await person();
    const leave = occupyHasher();
    const refused = await Promise.all(Array.from({ length: 20 }, () => tryLogin(email)));
    for (const { status, body, headers } of refused) {
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'sign-in-busy', '1']);
    }
    await leave();
    expect((await tryLogin(email)).status).toBe(200);
    const flood = await Promise.all(Array.from({ length: 80 }, () => tryLogin(email)));
    for (const { status, body } of flood)
      if (status !== 200) expect([status, body.code]).toEqual([503, 'sign-in-busy']);
  });

  it('with the same idempotency key is one session', async () => {
    const email = await person();
    const headers = { 'idempotency-key': randomUUID() };
    const ask = () => service.call('POST', '/auth/login', { body: { email, password }, headers });
    const [first, second] = [await ask(), await ask()];
    expect(second.body).toMatchObject({
      session_id: first.body.session_id,
      refresh_token: first.body.refresh_token,
    });
  });

  it('with the same idempotency key is another session for another person', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const ask = async () => service.call('POST', '/auth/login', { body: { email: await person(), password }, headers });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.user_id).not.toBe(first.body.user_id);
    expect(second.body.session_id).not.toBe(first.body.session_id);
  });

  it('waits for a verified address where that is asked for', async () => {
    const email = await person();
    const strict = await startIdentity(stores(), { requireVerifiedEmail: true });
    expect((await tryLogin(email, {}, strict)).status).toBe(401);
    await service.settled();
    const { body } = await service.call('GET', `/dev/mail?to=${email}`);
    const [mail] = body.data as { codes: string[] }[];
    await service.call('POST', '/auth/email/verify', { body: { token: mail!.codes[0] } });
    expect((await tryLogin(email, {}, strict)).status).toBe(200);
    await strict.stop();
  });
});

describe('refreshing', () => {
  it('gives the next token and a fresh access token', async () => {
    const session = await signIn(await person());
    const { status, body } = await refresh(session.refresh_token);
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(session.refresh_token);
    expect(readRefreshToken(service.identity.secrets.refreshKey, body.refresh_token as string)).toMatchObject({
      generation: 1,
    });
    expect((await service.call('GET', '/users/sessions', { token: body.access_token as string })).status).toBe(200);
  });

  it('gives fifty simultaneous retries the same successor', async () => {
    const session = await signIn(await person());
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(session.refresh_token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
  });

  it('ends the family when the parent comes back after the grace', async () => {
    const session = await signIn(await person());
    const next = (await refresh(session.refresh_token)).body.refresh_token as string;
    await service.identity.pool.query(
      "update session_tokens set rotated_at = rotated_at - interval '11 seconds' where session_id = $1",
      [session.session_id],
    );
    expect((await refresh(session.refresh_token)).body.code).toBe('refresh-refused');
    expect((await refresh(next)).status).toBe(401);
    expect((await contextOf(session)).body.code).toBe('session-ended');
    expect(await eventsOf(`session-${session.session_id}`)).toMatchObject([
      { type: 'SessionStarted' },
      { type: 'RefreshTokenReplayed', data: { other_network: false, ip_address: '203.0.113.7' } },
      { type: 'SessionEnded', data: { reason: 'refresh-reuse' } },
    ]);
  });

  it('ends the family for a grandparent even within the grace', async () => {
    const session = await signIn(await person());
    const second = (await refresh(session.refresh_token)).body.refresh_token as string;
    const third = (await refresh(second)).body.refresh_token as string;
    expect((await refresh(session.refresh_token)).status).toBe(401);
    expect((await refresh(third)).status).toBe(401);
  });

  it('for an account that does not let them in is refused, and leaves the token good', async () => {
    const session = await signIn(await person());
    const denied = await refresh(session.refresh_token, { account: randomUUID() });
    expect([denied.status, denied.body.code]).toEqual([403, 'no-account-access']);
    const { body } = await refresh(session.refresh_token, { account: session.account_id });
    expect(body.account_id).toBe(session.account_id);
    expect(readRefreshToken(service.identity.secrets.refreshKey, body.refresh_token as string)).toMatchObject({
      generation: 1,
    });
  });

  it('gives tokens for another account once the one that was signed in to is closed', async () => {
    const email = await person();
    const { access_token: token, account_id: home_id } = await signIn(email);
    const made = await service.call('POST', '/accounts', {
      token,
      body: { name: 'Short-lived', slug: `s-${randomUUID().slice(0, 8)}` },
    });
    expect(made).toMatchObject({ status: 201 });
    const session = await signIn(email, { account: made.body.id });
    expect(session.account_id).toBe(made.body.id);
    const closing = { token: session.access_token };
    expect((await service.call('DELETE', `/accounts/${session.account_id}`, closing)).status).toBe(204);
    await service.settled();
    expect((await refresh(session.refresh_token)).body).toMatchObject({ account_id: home_id });
  });

  it('gives tokens for another account once the person has left their home', async () => {
    const session = await signIn(await person());
    const { user_id, account_id } = session;
    const id = membershipId(account_id, user_id);
    await service.settled();
    await service.identity.store.execute(memberships, id, {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: account_id },
      decide: () => [{ type: 'MembershipEnded', data: { account_id, user_id, reason: 'left' } }],
    });
    await service.settled();
    expect((await refresh(session.refresh_token)).body).toMatchObject({ user_id, account_id: null });
  });

  it('refuses nonsense, and a forged token without harm to the family', async () => {
    const session = await signIn(await person());
    const forged = Buffer.from(session.refresh_token, 'base64url');
    forged[51]! ^= 1;
    for (const token of ['nonsense', forged.toString('base64url')]) expect((await refresh(token)).status).toBe(401);
    expect((await refresh(session.refresh_token)).status).toBe(200);
  });

  it('is over with the session: after logout, too long idle, or too old', async () => {
    const [out, idle, late] = [
      await signIn(await person()),
      await signIn(await person()),
      await signIn(await person()),
    ];
    await service.call('POST', '/auth/logout', { token: out.access_token });
    await service.identity.pool.query(
      "update session_tokens set last_activity_at = last_activity_at - interval '2 hours' where session_id = $1",
      [idle.session_id],
    );
    const { pool } = service.identity;
    await pool.query('update session_tokens set expires_at = now() where session_id = $1', [late.session_id]);
    expect((await refresh(out.refresh_token)).body.code).toBe('refresh-refused');
    expect((await refresh(idle.refresh_token)).body.code).toBe('session-idle');
    expect((await refresh(late.refresh_token)).body.code).toBe('session-expired');
  });
});

describe('a session', () => {
  it('is over at once when its person logs out, and the marker is there before the answer', async () => {
    const session = await signIn(await person());
    expect((await contextOf(session)).status).toBe(200);
    const answer = await service.call('POST', '/auth/logout', { token: session.access_token });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('x-position')).toMatch(/@session$/);
    const { rows } = await service.identity.pool.query('select kind from revocations where key = $1', [
      session.session_id,
    ]);
    expect(rows).toEqual([{ kind: 'session' }]);
    expect((await contextOf(session)).body.code).toBe('session-ended');
  });

  it('keeps one marker when the reactor writes it again', async () => {
    const session = await signIn(await person());
    await service.call('POST', '/auth/logout', { token: session.access_token });
    await service.settled();
    const { rowCount } = await service.identity.pool.query('select from revocations where key = $1', [
      session.session_id,
    ]);
    expect(rowCount).toBe(1);
  });

  it('gets its marker from the reactor when the command died after the fact', async () => {
    const session = await signIn(await person());
    await service.settled();
    await endedFact(session);
    await service.settled();
    const { rows } = await service.identity.pool.query('select kind from revocations where key = $1', [
      session.session_id,
    ]);
    expect(rows).toEqual([{ kind: 'session' }]);
  });

  it('is listed with its device, and the one that asks is marked', async () => {
    const email = await person();
    const laptop = await signIn(email, { device_name: 'laptop' });
    const phone = await signIn(email, { device_name: 'phone' });
    await service.settled();
    const { body } = await service.call('GET', '/users/sessions?sort_order=asc', { token: phone.access_token });
    expect(body).toMatchObject({
      data: [
        { id: laptop.session_id, device_name: 'laptop', ip_address: '203.0.113.7', user_agent: 'jest', current: false },
        { id: phone.session_id, device_name: 'phone', current: true },
      ],
      meta: { total_items: 2, current_page: 1 },
    });
    const beyond = await service.call('GET', '/users/sessions?page=9', { token: phone.access_token });
    expect(beyond.body).toMatchObject({ data: [], meta: { total_items: 2 } });
  });

  it('of another device can be terminated, effective at once', async () => {
    const email = await person();
    const [mine, other] = [await signIn(email), await signIn(email)];
    const path = `/users/sessions/${other.session_id}`;
    expect((await service.call('DELETE', path, { token: mine.access_token })).status).toBe(204);
    expect((await contextOf(other)).body.code).toBe('session-ended');
    expect((await contextOf(mine)).status).toBe(200);
    expect((await service.call('DELETE', path, { token: mine.access_token })).status).toBe(204);
  });

  it('of somebody else is as unknown as one that never was', async () => {
    const [mine, theirs] = [await signIn(await person()), await signIn(await person())];
    const end = (id: string) => service.call('DELETE', `/users/sessions/${id}`, { token: mine.access_token });
    const [stranger, nobody] = [await end(theirs.session_id), await end(randomUUID())];
    expect([stranger.status, stranger.body.code, stranger.body.detail]).toEqual([
      404,
      nobody.body.code,
      nobody.body.detail,
    ]);
    expect((await contextOf(theirs)).status).toBe(200);
  });

  it('can be the only one left, or none', async () => {
    const email = await person();
    const [mine, second, third] = [await signIn(email), await signIn(email), await signIn(email)];
    const end = (query: string) => service.call('DELETE', `/users/sessions/all${query}`, { token: mine.access_token });
    expect((await end('?except_current=true')).body).toEqual({ ended: 2 });
    for (const over of [second, third]) expect((await contextOf(over)).status).toBe(401);
    expect((await end('')).body).toEqual({ ended: 1 });
    expect((await contextOf(mine)).status).toBe(401);
  });

  it('is over when it is idle too long or reached its longest life', async () => {
    const email = await person();
    const [idle, used] = [await signIn(email), await signIn(email)];
    const { pool } = service.identity;
    const age = (id: string, by: string) =>
      pool.query('update session_tokens set last_activity_at = last_activity_at - $2::interval where session_id = $1', [
        id,
        by,
      ]);
    await age(idle.session_id, '1 hour 1 minute');
    expect((await contextOf(idle)).body.code).toBe('session-idle');
    await age(used.session_id, '59 minutes');
    expect((await contextOf(used)).status).toBe(200);
    await age(used.session_id, '59 minutes');
    expect((await contextOf(used)).status).toBe(200);
  });

  it('reaches its longest life after thirty days, however much it is used', async () => {
    const { session_id, user_id } = await signIn(await person());
    const live = (days: number) =>
      requireLiveSession(
        { ...service.identity, settings: { ...service.identity.settings, sessionTimeout: 1e9 } },
        { session_id, user_id, now: new Date(Date.now() + days * 86_400_000).toISOString() },
      );
    await expect(live(29)).resolves.toMatchObject({ session: { session_id } });
    await expect(live(30)).rejects.toMatchObject({ code: 'session-expired' });
  });

  it('shows the devices of its person', async () => {
    const email = await person();
    const first = await signIn(email, { device_name: 'laptop' });
    const again = await signIn(email, { device_id: first.device_id });
    await signIn(email, { device_name: 'phone' });
    await service.settled();
    const { body } = await service.call('GET', '/users/devices?sort_by=first_seen_at&sort_order=asc', {
      token: again.access_token,
    });
    expect(body).toMatchObject({
      data: [
        { id: first.device_id, name: 'laptop', active_sessions: 2, current: true },
        { name: 'phone', active_sessions: 1, current: false },
      ],
      meta: { total_items: 2 },
    });
  });
});

describe('signing keys', () => {
  it('are shared: what one process signs, another one’s keys verify', async () => {
    const other = await startIdentity(stores());
    const keysOf = async (of: IdentityService) => (await fetch(`${of.url}/internal/jwks`)).json();
    const published = (await keysOf(service)) as { keys: Record<string, unknown>[] };
    expect(await keysOf(other)).toEqual(published);
    expect(published.keys).toHaveLength(1);
    expect(published.keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
    expect(published.keys[0]).not.toHaveProperty('d');
    const session = (await tryLogin(await person(), {}, other)).body as unknown as SignedIn;
    expect((await service.call('GET', '/users/sessions', { token: session.access_token })).status).toBe(200);
    await other.stop();
  });

  it('are described for verifiers', async () => {
    const answer = await fetch(`${service.url}/internal/openid-configuration`);
    expect(await answer.json()).toMatchObject({
      issuer: 'https://annals.test',
      jwks_uri: 'https://annals.test/.well-known/jwks.json',
    });
  });

  it('are kept sealed', async () => {
    const { rows } = await service.identity.pool.query<{ sealed_key: string }>(
      'select sealed_key from signing_keys',
      [],
    );
    expect(rows).toHaveLength(1);
    expect(Buffer.from(rows[0]!.sealed_key, 'base64url').toString('latin1')).not.toContain('Ed25519');
  });
});

async function eventsOf(stream: string): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of service.identity.store.readStream(stream)) events.push(event);
  return events;
}

/** What a command had written when its process died before the marker. */
async function endedFact({ session_id, user_id }: SignedIn): Promise<void> {
  await service.identity.store.execute(sessions, session_id, {
    ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString() },
    decide: (state) => endSession(state, { user_id, reason: 'terminated' }),
  });
}

async function disable(userId: string): Promise<void> {
  await service.identity.store.execute(users, userId, {
    ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString() },
    decide: () => [{ type: 'UserDisabled', data: { user_id: userId, status: 'disabled', reason: null } }],
  });
}
