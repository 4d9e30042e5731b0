import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { streamName, type StoredEvent } from '@annals/event-store';
import { anonymous, requestContext, startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { holderOf, mailTo } from '../testing/mail-box.js';
import { contextOf, newPerson, password, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { makeKnown } from '../user/make-known.js';
import { users } from '../user/user.js';
import { credentials } from './credential.js';
import { requestReset } from './forgot-password.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const next = 'a wholly different phrase';

const newAddress = () => `${randomUUID()}@example.test`;
const person = () => newPerson(service);
const signIn = (email: string) => signInFrom(service, email);
const tryLogin = (email: string, over: Record<string, unknown> = {}) =>
  service.call('POST', '/auth/login', { body: { email, password, ...over } });
const isOpen = async (session: SignedIn) => (await contextOf(service, session)).status === 200;
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
async function resetToken(email: string): Promise<string> {
  expect((await forgot(email)).status).toBe(202);
  const [mail] = await mailTo(service, email, 'Set a new password');
  return mail!.codes[0]!;
}
async function logOf(userId: string, type?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(streamName('credential', userId))) events.push(event);
  return type === undefined ? events : events.filter((event) => event.type === type);
}

describe('a forgotten password', () => {
  it('is answered the same for every address, and only a known one gets a mail', async () => {
    const [known, unknown] = [await person(), newAddress()];
    const answers = [await forgot(known), await forgot(known), await forgot(unknown)];
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]!.status).toBe(202);
    const mails = await mailTo(service, known, 'Set a new password');
    expect(mails).toHaveLength(1);
    expect(mails[0]!.links[0]).toBe(`https://annals.test/reset-password#token=${mails[0]!.codes[0]}`);
    expect(await mailTo(service, unknown, 'Set a new password')).toEqual([]);
  });

  it('sends nothing to somebody who may not sign in', async () => {
    const email = await person();
    const user_id = await holderOf(service, email);
    await service.identity.store.execute(users, user_id, {
      ...{ id: randomUUID(), now: new Date().toISOString(), accountId: null },
      context: { ...serviceIdentity('svc:test'), ...requestContext() },
      decide: () => [{ type: 'UserDisabled', data: { user_id, status: 'disabled', reason: null } }],
    });
    expect((await forgot(email)).status).toBe(202);
    expect(await mailTo(service, email, 'Set a new password')).toEqual([]);
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
    expect(await mailTo(service, email, 'Your password was changed')).toHaveLength(1);
  });

  it('leaves the sessions open when that is asked for', async () => {
    const email = await person();
    const before = await signIn(email);
    expect((await reset(await resetToken(email), { end_other_sessions: false })).status).toBe(204);
    expect(await isOpen(before)).toBe(true);
  });

  it('is replaced without signing anybody in: the second factor is still asked for', async () => {
    const email = await person();
    const user_id = await holderOf(service, email);
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
    expect(await logOf(await holderOf(service, email), 'PasswordChanged')).toHaveLength(1);
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
    await pool.query('update mailed_tokens set expires_at = now() where user_id = $1', [await holderOf(service, late)]);
    expect((await reset(tokens[1]!)).status).toBe(204);
    expect((await change(await signIn(overtaken))).status).toBe(204);
    for (const token of tokens) expect((await reset(token)).body.code).toBe('invalid-reset-token');
  });

  it('is not replaced with the token of another kind of mail', async () => {
    const [verification] = await mailTo(service, await person(), 'Verify your address');
    expect((await reset(verification!.codes[0]!)).body.code).toBe('invalid-reset-token');
  });

  it('has a link for half an hour, kept only as a hash', async () => {
    const email = await person();
    const token = await resetToken(email);
    const { rows } = await service.identity.pool.query<{ minutes: string; row: string }>(
      `select extract(epoch from expires_at - now()) / 60 as minutes, mailed_tokens::text as row from mailed_tokens
       where user_id = $1 and purpose = 'password-reset'`,
      [await holderOf(service, email)],
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
    const user_id = await holderOf(service, email);
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
