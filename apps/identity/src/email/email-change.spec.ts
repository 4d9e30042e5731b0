import { randomUUID } from 'node:crypto';
import { streamName, type StoredEvent } from '@annals/event-store';
import { anonymous, startTestStores } from '@annals/testing';
import { identityUnderTest, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { mailTo } from '../testing/mail-box.js';
import { password, signInFrom, type SignedIn } from '../testing/sign-in.js';
import { users } from '../user/user.js';
import { requestEmailChange } from './change-email.js';
import { claimEmail } from './claim-email.js';
import { changeAddress } from './complete-email-change.js';
import { emails } from './email.js';
import { freeOrphanedClaim } from './orphaned-claim.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const newAddress = () => `${randomUUID()}@example.test`;
const tryLogin = (email: string) => service.call('POST', '/auth/login', { body: { email, password } });
const signIn = (email: string) => signInFrom(service, email);
async function person(email = newAddress()): Promise<SignedIn & { email: string }> {
  await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  return { email, ...(await signIn(email)) };
}
const change = ({ access_token }: SignedIn, new_email: string) =>
  service.call('POST', '/auth/email/change', { token: access_token, body: { new_email } });
const confirm = (token: string) => service.call('POST', '/auth/email/confirm', { body: { token } });
const confirmation = 'Confirm your new address';
async function tokenFor(somebody: SignedIn, new_email: string): Promise<string> {
  expect((await change(somebody, new_email)).status).toBe(202);
  const [mail] = await mailTo(service, new_email, confirmation);
  return mail!.codes[0]!;
}
const claimOf = async (email: string) => {
  const { store, secrets } = service.identity;
  return (await store.load(emails, secrets.emailHash(email))).state;
};
/** What every gateway was told: contexts of the person are no longer true. */
const markersOf = async (userId: string) =>
  (await service.identity.pool.query("select from revocations where kind = 'user' and key = $1", [userId])).rowCount;
async function logOf(stream: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(stream, { open: false })) events.push(event);
  return events;
}
const now = () => new Date().toISOString();
const step = () => ({ id: randomUUID(), context: anonymous(), now: now(), accountId: null });
/** What a confirmation had done when its process died after the claim. */
async function claimFor(email: string, user_id: string, at = now()): Promise<void> {
  const email_hash = service.identity.secrets.emailHash(email);
  await service.identity.store.execute(emails, email_hash, {
    ...step(),
    decide: (state) => claimEmail(state, { email_hash, user_id, now: at }),
  });
}

describe('another address', () => {
  it('is theirs once its mail was answered: they sign in with it, stay signed in, and the old one hears of it', async () => {
    const ada = await person();
    const to = newAddress();
    const token = await tokenFor(ada, to);
    const [mail] = await mailTo(service, to, confirmation);
    expect(mail!.links[0]).toBe(`https://annals.test/confirm-email#token=${token}`);
    // Until then, nothing changed.
    expect([(await tryLogin(to)).status, (await tryLogin(ada.email)).status]).toEqual([401, 200]);
    const answer = await confirm(token);
    expect([answer.status, answer.body]).toEqual([200, { status: 'changed' }]);
    expect([(await tryLogin(to)).status, (await tryLogin(ada.email)).status]).toEqual([200, 401]);
    const { user_id, session_id, account_id } = ada;
    const context = await service.context({ user_id, session_id, selector: { account_id } });
    expect(context.body).toMatchObject({ user_email_hash: service.identity.secrets.emailHash(to) });
    expect(await mailTo(service, ada.email, 'Your address was changed')).toHaveLength(1);
    expect(await mailTo(service, to, 'Your address was changed')).toEqual([]);
    const seen = await service.call('GET', `/users/${user_id}`, { token: ada.access_token });
    expect(seen.body).toMatchObject({ email: to, status: 'active' });
    const { body: listed } = await service.call('GET', `/users?q=${encodeURIComponent(to)}`, {
      token: ada.access_token,
      headers: { 'x-min-position': answer.headers.get('x-position')! },
    });
    expect(listed.data).toMatchObject([{ id: user_id, email: to, status: 'active' }]);
    expect(await claimOf(ada.email)).toEqual({ kind: 'free' });
    expect(await markersOf(user_id)).toBe(1);
  });

  it('leaves the old one to whoever registers with it', async () => {
    const ada = await person();
    await confirm(await tokenFor(ada, newAddress()));
    expect((await person(ada.email)).user_id).not.toBe(ada.user_id);
  });

  it('stands in the log sealed, never in clear', async () => {
    const ada = await person();
    const to = newAddress();
    await confirm(await tokenFor(ada, to));
    const text = JSON.stringify(await logOf(streamName('user', ada.user_id)), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(text).toContain('EmailChanged');
    expect(text).not.toContain(to);
  });

  it('with the link used twice is one change', async () => {
    const ada = await person();
    const token = await tokenFor(ada, newAddress());
    expect([(await confirm(token)).status, (await confirm(token)).status]).toEqual([200, 200]);
    const changes = (await logOf(streamName('user', ada.user_id))).filter(({ type }) => type === 'EmailChanged');
    expect(changes).toHaveLength(1);
  });

  it('is answered the same when somebody has it, or it is their own, and then nobody gets a mail', async () => {
    const [ada, bob, cy] = [await person(), await person(), await person()];
    const answers = [await change(ada, bob.email), await change(bob, newAddress()), await change(cy, cy.email)];
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    expect(answers[0]!.status).toBe(202);
    expect(await mailTo(service, bob.email, confirmation)).toEqual([]);
    expect(await mailTo(service, cy.email, confirmation)).toEqual([]);
  });

  it('that two people want goes to exactly one of them', async () => {
    const [ada, bob] = [await person(), await person()];
    const to = newAddress();
    await Promise.all([change(ada, to), change(bob, to)]);
    const mails = await mailTo(service, to, confirmation);
    expect(mails).toHaveLength(2);
    const answers = await Promise.all(mails.map(({ codes }) => confirm(codes[0]!)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('address-taken');
    const winner = (await signIn(to)).user_id;
    expect([ada.user_id, bob.user_id]).toContain(winner);
    const loser = winner === ada.user_id ? bob : ada;
    expect((await signIn(loser.email)).user_id).toBe(loser.user_id);
  });

  it('is not taken with a link that is wrong, too old, of another mail, or came before another request', async () => {
    const { pool } = service.identity;
    const [late, overtaken] = [await person(), await person()];
    const old = await tokenFor(late, newAddress());
    await pool.query("update mailed_tokens set expires_at = now() where user_id = $1 and purpose = 'email-change'", [
      late.user_id,
    ]);
    const first = await tokenFor(overtaken, newAddress());
    await requestAgain(overtaken.user_id, newAddress());
    const [verification] = await mailTo(service, late.email, 'Verify your address');
    for (const token of ['nonsense', old, first, verification!.codes[0]!]) {
      const answer = await confirm(token);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid-email-change-token']);
    }
  });

  it('needs a recent proof of who asks', async () => {
    const ada = await person();
    const { pool } = service.identity;
    await pool.query(
      "update session_tokens set authenticated_at = now() - interval '11 minutes' where session_id = $1",
      [ada.session_id],
    );
    expect((await change(ada, newAddress())).body.code).toBe('reauthentication-required');
    const proof = await service.call('POST', '/auth/reauthenticate', { token: ada.access_token, body: { password } });
    expect(proof.status).toBe(200);
    expect((await change(ada, newAddress())).status).toBe(202);
  });

  it('makes a mail for a new password void that went to the old one', async () => {
    const ada = await person();
    await service.call('POST', '/auth/password/forgot', { body: { email: ada.email } });
    const [mail] = await mailTo(service, ada.email, 'Set a new password');
    await confirm(await tokenFor(ada, newAddress()));
    const answer = await service.call('POST', '/auth/password/reset', {
      body: { token: mail!.codes[0], new_password: 'a wholly different phrase' },
    });
    expect(answer.body.code).toBe('invalid-reset-token');
  });
});

describe('a change of address that stopped halfway', () => {
  it('after the claim is finished by a reactor', async () => {
    const ada = await person();
    const to = newAddress();
    await tokenFor(ada, to);
    await claimFor(to, ada.user_id);
    await service.settled();
    expect((await signIn(to)).user_id).toBe(ada.user_id);
    expect(await claimOf(ada.email)).toEqual({ kind: 'free' });
  });

  it('after the fact is finished by a reactor: the old address is free, gateways are told', async () => {
    const ada = await person();
    const to = newAddress();
    await tokenFor(ada, to);
    const { store } = service.identity;
    const { state } = await store.load(users, ada.user_id);
    if (!('email_change' in state) || !state.email_change) throw new Error('nothing was asked for');
    const { request_id } = state.email_change;
    await store.execute(users, ada.user_id, {
      ...step(),
      decide: (user) => changeAddress(user, { request_id, email: to }),
    });
    await service.settled();
    expect(await claimOf(ada.email)).toEqual({ kind: 'free' });
    expect(await markersOf(ada.user_id)).toBe(1);
  });

  it('gives an address back whose request does not count any more', async () => {
    const ada = await person();
    const to = newAddress();
    await tokenFor(ada, to);
    await requestAgain(ada.user_id, newAddress());
    await claimFor(to, ada.user_id);
    await service.settled();
    expect(await claimOf(to)).toEqual({ kind: 'free' });
    expect((await signIn(ada.email)).user_id).toBe(ada.user_id);
  });

  it('does not take a claim of an earlier time for a proof', async () => {
    const ada = await person();
    const to = newAddress();
    await claimFor(to, ada.user_id, new Date(Date.now() - 3_600_000).toISOString());
    await service.settled();
    await claimFor(to, ada.user_id, new Date(Date.now() - 3_600_000).toISOString());
    await change(ada, to);
    await service.settled();
    expect((await tryLogin(to)).status).toBe(401);
    expect(await claimOf(to)).toEqual({ kind: 'free' });
  });

  it('holds no address against somebody who wants it', async () => {
    const ada = await person();
    const to = newAddress();
    const { secrets } = service.identity;
    const long_ago = new Date(Date.now() - 120_000).toISOString();
    await claimFor(to, ada.user_id, long_ago);
    await freeOrphanedClaim(
      service.identity,
      { commandId: randomUUID(), context: anonymous(), now: now() },
      secrets.emailHash(to),
    );
    expect((await person(to)).user_id).not.toBe(ada.user_id);
  });
});

async function requestAgain(userId: string, new_email: string): Promise<void> {
  const { store, secrets } = service.identity;
  const at = new Date(Date.now() + 61_000).toISOString();
  const email_hash = secrets.emailHash(new_email);
  await store.execute(users, userId, {
    ...step(),
    decide: (user) => requestEmailChange(user, { request_id: randomUUID(), new_email, email_hash, now: at }),
  });
}
