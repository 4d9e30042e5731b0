import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { streamName, type StoredEvent } from '@annals/event-store';
import { anonymous, requestContext, startTestStores, until } from '@annals/testing';
import { actingOn } from '@annals/service';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { holderOf, mailTo } from '../testing/mail-box.js';
import { contextOf, newPerson, password, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { changePassword } from './change-password.js';
import { credentials } from './credential.js';
import { followPasswordChange, giveNewPassword } from './new-password.js';
import { stageChange } from './password-changes.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const next = 'a wholly different phrase';

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
async function logOf(userId: string, type?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(streamName('credential', userId))) events.push(event);
  return type === undefined ? events : events.filter((event) => event.type === type);
}

describe('registering with a password', () => {
  it('is a fact of the credential, with no trace of the password', async () => {
    const events = await logOf(await holderOf(service, await person()));
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
    const [told] = await mailTo(service, email, 'Your password was changed');
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
    const mine = await signIn(await person());
    // Which accounts are theirs says a read model.
    await service.settled();
    const answer = await change(mine, { new_password });
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
    const user_id = await holderOf(service, email);
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
    const headers = { 'x-min-position': changed.headers.get('x-position')! };
    const list = () => service.call('GET', '/users/sessions', { token: mine.access_token, headers });
    let listed = await list();
    await until('the list is as new as was asked for', async () => {
      if (listed.status === 503) listed = await list();
      return listed.status !== 503;
    });
    expect((listed.body.data as { id: string }[]).map(({ id }) => id)).toEqual([mine.session_id]);
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
