import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { streamName, type StoredEvent } from '@annals/event-store';
import { anonymous, requestContext, startTestStores } from '@annals/testing';
import { emails } from '../email/email.js';
import { actingOn } from '../reactors/acting-on.js';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { makeKnown } from '../user/make-known.js';
import { users } from '../user/user.js';
import { changePassword } from './change-password.js';
import { credentials } from './credential.js';
import { requestReset } from './forgot-password.js';
import { followPasswordChange, giveNewPassword } from './new-password.js';
import { stageChange } from './password-changes.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const password = 'correct horse battery staple';
const next = 'a wholly different phrase';

interface SignedIn {
  access_token: string;
  user_id: string;
  session_id: string;
  device_id: string;
  account_id: string;
}

const newAddress = () => `${randomUUID()}@example.test`;
async function person(): Promise<string> {
  const email = newAddress();
  const { status } = await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  expect(status).toBe(202);
  return email;
}
const tryLogin = (email: string, over: Record<string, unknown> = {}) =>
  service.call('POST', '/auth/login', { body: { email, password, ...over } });
async function signIn(email: string, over: Record<string, unknown> = {}): Promise<SignedIn> {
  const { status, body } = await tryLogin(email, over);
  expect(status).toBe(200);
  return body as unknown as SignedIn;
}
const isOpen = async ({ user_id, session_id, account_id }: SignedIn) =>
  (await service.context({ user_id, session_id, selector: { account_id } })).status === 200;
const change = ({ access_token }: SignedIn, over: Record<string, unknown> = {}, key?: string) =>
  service.call('POST', '/auth/password/change', {
    token: access_token,
    body: { current_password: password, new_password: next, ...over },
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
const forgot = (email: string) => service.call('POST', '/auth/password/forgot', { body: { email } });
const reset = (token: string, over: Record<string, unknown> = {}, key?: string) =>
  service.call('POST', '/auth/password/reset', {
    body: { token, new_password: next, ...over },
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
async function mailTo(email: string, subject: string) {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  const mails = body.data as { subject: string; text: string; links: string[]; codes: string[] }[];
  return mails.filter((mail) => mail.subject === subject);
}
async function resetToken(email: string): Promise<string> {
  expect((await forgot(email)).status).toBe(202);
  const [mail] = await mailTo(email, 'Set a new password');
  return mail!.codes[0]!;
}
async function logOf(userId: string, type?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(streamName('credential', userId))) events.push(event);
  return type === undefined ? events : events.filter((event) => event.type === type);
}
const userOf = async (email: string): Promise<string> => {
  const { store, secrets } = service.identity;
  const { state } = await store.load(emails, secrets.emailHash(email));
  if (state.kind !== 'claimed') throw new Error('nobody has this address');
  return state.user_id;
};

describe('registering with a password', () => {
  it('is a fact of the credential, with no trace of the password', async () => {
    const events = await logOf(await userOf(await person()));
    expect(events).toMatchObject([{ type: 'PasswordSet', data: { reason: 'registration' } }]);
    expect(events[0]!.metadata.command_hash).toBeUndefined();
  });
});

describe('changing the password', () => {
  it('makes the new one count, ends the other sessions, keeps this one and tells the person', async () => {
    const email = await person();
    const [mine, other] = [await signIn(email), await signIn(email)];
    expect((await change(mine)).status).toBe(204);
    expect([await isOpen(mine), await isOpen(other)]).toEqual([true, false]);
    expect((await tryLogin(email)).status).toBe(401);
    expect((await tryLogin(email, { password: next })).status).toBe(200);
    const [told] = await mailTo(email, 'Your password was changed');
    expect(told!.text).toContain('signed out everywhere else');
  });

  it('leaves the other sessions open when that is asked for', async () => {
    const email = await person();
    const [mine, other] = [await signIn(email), await signIn(email)];
    expect((await change(mine, { end_other_sessions: false })).status).toBe(204);
    expect([await isOpen(mine), await isOpen(other)]).toEqual([true, true]);
  });

  it('writes no hash of the body and no password into the log', async () => {
    const mine = await signIn(await person());
    await change(mine, {}, randomUUID());
    const [event] = await logOf(mine.user_id, 'PasswordChanged');
    expect(event!.metadata.command_hash).toBeUndefined();
    expect(event!.data).toMatchObject({ reason: 'changed', end_sessions: true, kept_session_id: mine.session_id });
    expect(event!.metadata.actor).toMatchObject({ kind: 'user', user_id: mine.user_id, session_id: mine.session_id });
  });

  it('refuses a wrong present password, and counts it like a sign-in on the device', async () => {
    const email = await person();
    const mine = await signIn(email);
    const wrong = await Promise.all(
      Array.from({ length: 5 }, () => change(mine, { current_password: 'wrong password' })),
    );
    expect(wrong.map(({ status, body }) => [status, body.code])).toEqual(
      wrong.map(() => [403, 'proof-refused'] as const),
    );
    // Now the device waits, even for the right one; everybody else's sign-in is not held up by it.
    const { pool } = service.identity;
    await pool.query('update sign_in_failures set failures = 50 where key like $1', [`% ${mine.device_id}`]);
    expect((await change(mine)).body.code).toBe('proof-refused');
    expect((await tryLogin(email)).status).toBe(200);
  });

  it.each([
    ['a short one', 'short', 'too_short'],
    ['one that everybody tries', 'sunshine99', 'common'],
    ['the name of the product', 'Annals2026!', 'guessable'],
    ['the name of an account', 'home home home', 'guessable'],
  ])('refuses %s', async (_, new_password, code) => {
    const answer = await change(await signIn(await person()), { new_password });
    expect([answer.status, answer.body.code]).toEqual([400, 'password-refused']);
    expect(answer.body.errors).toMatchObject([{ path: 'new_password', code }]);
  });

  it('with the same key is one change, also after the password is the new one', async () => {
    const mine = await signIn(await person());
    const key = randomUUID();
    const answers = [await change(mine, {}, key), await change(mine, {}, key)];
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    expect(answers[1]!.headers.get('idempotency-replayed')).toBe('true');
    expect(await logOf(mine.user_id, 'PasswordChanged')).toHaveLength(1);
    const other = await change(mine, { new_password: 'yet another phrase' }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('is finished by a reactor when the process died after the fact', async () => {
    const email = await person();
    const [mine, other] = [await signIn(email), await signIn(email)];
    const { store, pool, hasher } = service.identity;
    const { user_id, session_id } = mine;
    const change_id = randomUUID();
    const now = new Date().toISOString();
    const password_hash = await hasher.admit(() => hasher.hash(next));
    await stageChange(pool, { change_id, user_id, password_hash, now });
    await store.execute(credentials, user_id, {
      ...{ id: change_id, now, accountId: null },
      context: { ...serviceIdentity('svc:identity'), ...requestContext() },
      decide: () => changePassword({ user_id, change_id, end_sessions: true, session_id }),
    });
    await service.settled();
    expect((await tryLogin(email, { password: next })).status).toBe(200);
    expect([await isOpen(mine), await isOpen(other)]).toEqual([true, false]);
  });

  it('has not begun when the process died before the fact, and its repetition completes it', async () => {
    const email = await person();
    const user_id = await userOf(email);
    const { identity } = service;
    const asking = { commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() };
    const give = (execute: typeof identity.store.execute) =>
      giveNewPassword({ ...identity, store: { ...identity.store, execute } }, asking, {
        ...{ user_id, password: next, accountId: null },
        decide: (_, change_id) => changePassword({ user_id, change_id, end_sessions: true, session_id: randomUUID() }),
      });
    await expect(give(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    expect((await tryLogin(email)).status).toBe(200);
    expect((await tryLogin(email, { password: next })).status).toBe(401);
    expect((await give(identity.store.execute)).status).toBe(204);
    expect((await tryLogin(email, { password: next })).status).toBe(200);
  });

  it('is seen at once in the list of sessions', async () => {
    const email = await person();
    const [mine] = [await signIn(email), await signIn(email)];
    const changed = await change(mine);
    const { body } = await service.call('GET', '/users/sessions', {
      token: mine.access_token,
      headers: { 'x-min-position': changed.headers.get('x-position')! },
    });
    expect((body.data as { id: string }[]).map(({ id }) => id)).toEqual([mine.session_id]);
  });

  it('never goes back to an earlier password when its fact is followed late', async () => {
    const email = await person();
    const mine = await signIn(email);
    await change(mine);
    await change(mine, { current_password: next, new_password: 'the third phrase of all' });
    const [first] = await logOf(mine.user_id, 'PasswordChanged');
    await followPasswordChange(service.identity, actingOn(first!, 'svc:identity', mine.user_id), first!);
    expect((await tryLogin(email, { password: 'the third phrase of all' })).status).toBe(200);
  });
});

describe('a forgotten password', () => {
  it('is answered the same for every address, and only a known one gets a mail', async () => {
    const [known, unknown] = [await person(), newAddress()];
    const answers = [await forgot(known), await forgot(known), await forgot(unknown)];
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]!.status).toBe(202);
    const mails = await mailTo(known, 'Set a new password');
    expect(mails).toHaveLength(1);
    expect(mails[0]!.links[0]).toBe(`https://annals.test/reset-password#token=${mails[0]!.codes[0]}`);
    expect(await mailTo(unknown, 'Set a new password')).toEqual([]);
  });

  it('sends nothing to somebody who may not sign in', async () => {
    const email = await person();
    const user_id = await userOf(email);
    await service.identity.store.execute(users, user_id, {
      ...{ id: randomUUID(), now: new Date().toISOString(), accountId: null },
      context: { ...serviceIdentity('svc:test'), ...requestContext() },
      decide: () => [{ type: 'UserDisabled', data: { user_id, status: 'disabled', reason: null } }],
    });
    expect((await forgot(email)).status).toBe(202);
    expect(await mailTo(email, 'Set a new password')).toEqual([]);
  });

  it('is replaced with the token of the mail: every session ends, the address is proven, failures are forgotten', async () => {
    const email = await person();
    const before = await signIn(email);
    const { pool, secrets, store } = service.identity;
    await tryLogin(email, { password: 'wrong password' });
    await tryLogin(email, { password: 'wrong password', device_id: before.device_id });
    await pool.query('update sign_in_failures set failures = 100 where key like $1', [`${secrets.emailHash(email)}%`]);
    expect((await tryLogin(email)).status).toBe(401);
    expect((await tryLogin(email, { device_id: before.device_id })).status).toBe(401);
    const answer = await reset(await resetToken(email));
    expect([answer.status, answer.body]).toEqual([204, {}]);
    expect(await isOpen(before)).toBe(false);
    expect((await tryLogin(email)).status).toBe(401);
    expect((await tryLogin(email, { password: next })).status).toBe(200);
    expect((await store.load(users, before.user_id)).state.kind).toBe('active');
    expect(await mailTo(email, 'Your password was changed')).toHaveLength(1);
  });

  it('leaves the sessions open when that is asked for', async () => {
    const email = await person();
    const before = await signIn(email);
    expect((await reset(await resetToken(email), { end_other_sessions: false })).status).toBe(204);
    expect(await isOpen(before)).toBe(true);
  });

  it('is replaced without signing anybody in: the second factor is still asked for', async () => {
    const email = await person();
    const user_id = await userOf(email);
    await service.identity.store.execute(credentials, user_id, {
      ...{ id: randomUUID(), now: new Date().toISOString(), accountId: null, context: anonymous() },
      decide: () => [
        { type: 'TotpEnabled', data: { user_id, factor_id: randomUUID(), enabled_at: new Date().toISOString() } },
      ],
    });
    const answer = await reset(await resetToken(email));
    expect([answer.status, answer.body, answer.headers.get('set-cookie')]).toEqual([204, {}, null]);
    const { body } = await tryLogin(email, { password: next });
    expect(body).toMatchObject({ mfa_required: true });
    expect(body).not.toHaveProperty('access_token');
  });

  it('is replaced once, however many use the link at the same time', async () => {
    const email = await person();
    const token = await resetToken(email);
    const passwords = Array.from({ length: 50 }, (_, n) => `a wholly different phrase no. ${n}`);
    const answers = await Promise.all(passwords.map((new_password) => reset(token, { new_password })));
    const done = answers.flatMap(({ status }, n) => (status === 204 ? [n] : []));
    expect(done).toHaveLength(1);
    // The others come too late, or are sent away because so many hash at once.
    for (const { status } of answers) expect([204, 400, 503]).toContain(status);
    expect((await tryLogin(email, { password: passwords[done[0]!]! })).status).toBe(200);
    expect(await logOf(await userOf(email), 'PasswordChanged')).toHaveLength(1);
  });

  it('with the same key is one reset', async () => {
    const token = await resetToken(await person());
    const key = randomUUID();
    const answers = [await reset(token, {}, key), await reset(token, {}, key)];
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    const other = await reset(token, { new_password: 'yet another phrase' }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('of two people who sent the same key is each their own', async () => {
    const [ada, bob] = [await person(), await person()];
    const [adas, bobs] = [await resetToken(ada), await resetToken(bob)];
    const key = randomUUID();
    expect((await reset(adas, {}, key)).status).toBe(204);
    expect((await reset(bobs, { new_password: 'the phrase of bob alone' }, key)).status).toBe(204);
    expect((await tryLogin(bob, { password: 'the phrase of bob alone' })).status).toBe(200);
  });

  it.each(['nonsense', 'x'.repeat(43)])('is not replaced with the token %j', async (token) =>
    expect((await reset(token)).body.code).toBe('invalid-reset-token'),
  );

  it('is not replaced with a link that is too old, was used, or came before another change', async () => {
    const { pool } = service.identity;
    const [late, used, overtaken] = [await person(), await person(), await person()];
    const tokens = [await resetToken(late), await resetToken(used), await resetToken(overtaken)];
    await pool.query('update mailed_tokens set expires_at = now() where user_id = $1', [await userOf(late)]);
    expect((await reset(tokens[1]!)).status).toBe(204);
    expect((await change(await signIn(overtaken))).status).toBe(204);
    for (const token of tokens) expect((await reset(token)).body.code).toBe('invalid-reset-token');
  });

  it('is not replaced with the token of another kind of mail', async () => {
    const [verification] = await mailTo(await person(), 'Verify your address');
    expect((await reset(verification!.codes[0]!)).body.code).toBe('invalid-reset-token');
  });

  it('has a link for half an hour, kept only as a hash', async () => {
    const email = await person();
    const token = await resetToken(email);
    const { rows } = await service.identity.pool.query<{ minutes: string; row: string }>(
      `select extract(epoch from expires_at - now()) / 60 as minutes, mailed_tokens::text as row from mailed_tokens
       where user_id = $1 and purpose = 'password-reset'`,
      [await userOf(email)],
    );
    expect(rows).toHaveLength(1);
    expect(Number(rows[0]!.minutes)).toBeLessThanOrEqual(30);
    expect(rows[0]!.row).not.toContain(token);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  });

  it('can be the first one of somebody whom an administrator made known', async () => {
    const email = newAddress();
    const user_id = randomUUID();
    const { secrets, store } = service.identity;
    const now = new Date().toISOString();
    const context = { ...serviceIdentity('svc:test'), ...requestContext() };
    await makeKnown(
      service.identity,
      { commandId: randomUUID(), context, now },
      {
        ...{ user_id, email, email_hash: secrets.emailHash(email), name: 'Ada', home_account_id: null },
        ...{ status: 'pending', managed_by: null, profile_image: null, joins: [] },
      },
    );
    expect((await tryLogin(email, { password: next })).status).toBe(401);
    expect((await reset(await resetToken(email))).status).toBe(204);
    expect((await tryLogin(email, { password: next })).status).toBe(200);
    expect((await store.load(users, user_id)).state.kind).toBe('active');
    expect((await store.load(credentials, user_id)).state.has_password).toBe(true);
  });

  it('may be asked for five times a day', async () => {
    const email = await person();
    const { store } = service.identity;
    const user_id = await userOf(email);
    const { state: user } = await store.load(users, user_id);
    const begin = Date.now() - 23 * 3_600_000;
    for (let n = 0; n < 5; n++) {
      const now = new Date(begin + n * 3_600_000).toISOString();
      await store.execute(credentials, user_id, {
        ...{ id: randomUUID(), now, accountId: null, context: { ...serviceIdentity('svc:test'), ...requestContext() } },
        decide: (state) => requestReset(state, { request_id: randomUUID(), user, now }),
      });
    }
    await forgot(email);
    expect(await logOf(user_id, 'PasswordResetRequested')).toHaveLength(5);
  });
});
