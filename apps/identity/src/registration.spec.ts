import { randomUUID } from 'node:crypto';
import { isErased, streamName } from '@annals/event-store';
import { anonymous, startTestStores } from '@annals/testing';
import { emails } from './email/email.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from './testing/identity-service.js';
import { users } from './user/user.js';

const { service: started, stores } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const password = 'correct horse battery staple';
const newAddress = () => `${randomUUID()}@example.test`;
const register = (email: string, over: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  service.call('POST', '/auth/register', { body: { email, password, name: 'Ada', ...over }, headers });
const login = (email: string, over: Record<string, unknown> = {}) =>
  service.call('POST', '/auth/login', { body: { email, password, ...over } });
const mailTo = async (email: string) => {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return body.data as { subject: string; text: string; links: string[]; codes: string[] }[];
};

describe('registering', () => {
  it('makes a pending user with a home account of which they are ADMIN', async () => {
    const email = newAddress();
    const answer = await register(email);
    expect([answer.status, answer.body]).toEqual([202, expect.objectContaining({ status: 'accepted' })]);
    const { body } = await login(email);
    expect(body).toMatchObject({
      ...{ token_type: 'Bearer', account_id: expect.any(String) as string },
      accounts: [
        { account_id: body.account_id, slug: expect.stringMatching(/^home-/) as string, name: 'Home', role: 'ADMIN' },
      ],
    });
    const account = await service.call('GET', `/accounts/${body.account_id as string}`, {
      token: body.access_token as string,
    });
    expect(account.body).toMatchObject({ kind: 'home', role: 'ADMIN' });
  });

  it('answers the same for a taken address, whatever its case, and changes nothing about its holder', async () => {
    const email = newAddress();
    const first = await register(email);
    const second = await register(email.toUpperCase(), { password: 'another long password' });
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect((await login(email)).status).toBe(200);
    expect((await login(email, { password: 'another long password' })).status).toBe(401);
  });

  it('lets exactly one of many simultaneous sign-ups have the address', async () => {
    const email = newAddress();
    const passwords = Array.from({ length: 8 }, (_, n) => `a long password no. ${n}`);
    const answers = await Promise.all(passwords.map((password) => register(email, { password })));
    expect(answers.map((answer) => answer.status)).toEqual(passwords.map(() => 202));
    const logins: Answer[] = [];
    // So few at a time that no wrong password holds up the right one.
    for (const some of [passwords.slice(0, 4), passwords.slice(4)]) {
      await service.identity.pool.query('delete from sign_in_failures', []);
      logins.push(...(await Promise.all(some.map((password) => login(email, { password, device_name: 'one' })))));
    }
    expect(logins.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('with the same idempotency key is one registration', async () => {
    const email = newAddress();
    const key = { 'idempotency-key': randomUUID() };
    for (const answer of [await register(email, {}, key), await register(email, {}, key)])
      expect(answer.status).toBe(202);
    expect(await mailTo(email)).toHaveLength(1);
    const reused = await register(newAddress(), {}, key);
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it.each([
    ['a password that everybody tries', { password: 'password123' }, 'password-refused'],
    ['a short password', { password: 'short' }, 'password-refused'],
    ['no address', { email: 'not an address' }, 'body-invalid'],
    ['no name', { name: '  ' }, 'body-invalid'],
    ['a field nobody knows', { is_super_admin: true }, 'body-invalid'],
    ['a password without end', { password: 'x'.repeat(257) }, 'body-invalid'],
  ])('refuses %s', async (_, over, code) => {
    const answer = await register(newAddress(), over);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('keeps no address, name or password in clear in the log', async () => {
    const email = newAddress();
    await register(email, { name: 'Countess of Lovelace' });
    const { store, secrets } = service.identity;
    const { state } = await store.load(emails, secrets.emailHash(email));
    if (state.kind !== 'claimed') throw new Error('the address was not claimed');
    const seen: string[] = [];
    for await (const event of store.readStream(streamName('user', state.user_id), { open: false })) {
      seen.push(JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
    }
    expect(seen).toHaveLength(1);
    for (const secret of [email, 'Lovelace', password]) expect(seen.join()).not.toContain(secret);
  });

  it('frees the address of a registration that died halfway, and never lets that one come back', async () => {
    const email = newAddress();
    const { store, secrets } = service.identity;
    const email_hash = secrets.emailHash(email);
    const dead = randomUUID();
    const claimed_at = new Date(Date.now() - 120_000).toISOString();
    await store.execute(emails, email_hash, {
      ...{ id: randomUUID(), context: anonymous(), now: claimed_at },
      decide: () => [{ type: 'EmailClaimed', data: { email_hash, user_id: dead, claimed_at } }],
    });
    await register(email);
    expect((await login(email)).status).toBe(200);
    expect((await store.load(users, dead)).state).toEqual({ kind: 'abandoned' });
  });

  it('leaves the address with a registration that is still under way', async () => {
    const email = newAddress();
    const { store, secrets } = service.identity;
    const email_hash = secrets.emailHash(email);
    const slow = randomUUID();
    const claimed_at = new Date().toISOString();
    await store.execute(emails, email_hash, {
      ...{ id: randomUUID(), context: anonymous(), now: claimed_at },
      decide: () => [{ type: 'EmailClaimed', data: { email_hash, user_id: slow, claimed_at } }],
    });
    expect((await register(email)).status).toBe(202);
    expect((await login(email)).status).toBe(401);
    expect((await store.load(users, slow)).state).toEqual({ kind: 'unknown' });
  });

  it('is finished by a reactor when the process died before the home account', async () => {
    const { store, secrets } = service.identity;
    const user_id = randomUUID();
    const home_account_id = randomUUID();
    const email = newAddress();
    const email_hash = secrets.emailHash(email);
    await store.execute(users, user_id, {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: home_account_id },
      decide: () => [
        {
          type: 'UserRegistered',
          data: { user_id, email, email_hash, name: 'Ada', home_account_id, status: 'pending' },
        },
      ],
    });
    await service.settled();
    const { rows } = await service.identity.pool.query<{ n: string }>(
      'select count(*) as n from parked_events where reactor = $1',
      ['provision-homes'],
    );
    expect(rows[0]?.n).toBe('0');
    const events: string[] = [];
    for await (const event of store.readStream(`membership-${home_account_id}_${user_id}`)) {
      events.push(event.type);
      expect(event.metadata.actor).toMatchObject({ principal: 'svc:identity', on_behalf_of: user_id });
    }
    expect(events).toEqual(['MembershipGranted']);
  });
});

describe('verifying the address', () => {
  const verify = (token: string) => service.call('POST', '/auth/email/verify', { body: { token } });
  const statusOf = async (email: string) => {
    const { state: claim } = await service.identity.store.load(emails, service.identity.secrets.emailHash(email));
    if (claim.kind !== 'claimed') throw new Error('the address was not claimed');
    return (await service.identity.store.load(users, claim.user_id)).state.kind;
  };

  it('works with the code of the mail, and again', async () => {
    const email = newAddress();
    await register(email);
    const [mail] = await mailTo(email);
    expect(mail).toMatchObject({ subject: 'Verify your address' });
    expect(mail!.links[0]).toContain(mail!.codes[0]);
    expect(await statusOf(email)).toBe('pending');
    expect((await verify(mail!.codes[0]!)).body).toEqual({ status: 'verified' });
    expect(await statusOf(email)).toBe('active');
    expect((await verify(mail!.codes[0]!)).status).toBe(200);
  });

  it('refuses a wrong and an old token', async () => {
    expect((await verify('nonsense')).body.code).toBe('invalid-verification-token');
    const email = newAddress();
    await register(email);
    const [mail] = await mailTo(email);
    await service.identity.pool.query("update mailed_tokens set expires_at = now() - interval '1 second'", []);
    expect((await verify(mail!.codes[0]!)).status).toBe(400);
  });

  it('sends the mail again, once a minute, and says the same to everybody', async () => {
    const email = newAddress();
    await register(email);
    const resend = (to: string) => service.call('POST', '/auth/email/resend', { body: { email: to } });
    const answers = [await resend(email), await resend(email), await resend(newAddress())];
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
    const mails = await mailTo(email);
    expect(mails).toHaveLength(2);
    expect((await verify(mails[0]!.codes[0]!)).status).toBe(200);
  });

  it('sends nothing to somebody whose key is gone', async () => {
    const email = newAddress();
    await register(email);
    const { store, secrets } = service.identity;
    const { state: claim } = await store.load(emails, secrets.emailHash(email));
    if (claim.kind !== 'claimed') throw new Error('the address was not claimed');
    await mailTo(email);
    await stores().keys.destroy(claim.user_id);
    store.forget(claim.user_id);
    await service.call('POST', '/auth/email/resend', { body: { email } });
    expect(await mailTo(email)).toHaveLength(1);
    for await (const event of store.readStream(streamName('user', claim.user_id))) {
      if (event.type === 'UserRegistered') expect(isErased(event.data.email)).toBe(true);
    }
  });
});
