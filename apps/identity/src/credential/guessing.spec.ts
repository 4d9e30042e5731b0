import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { hash } from '@node-rs/argon2';
import { anonymous, startTestStores } from '@annals/testing';
import type { Identity } from '../identity.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from '../testing/identity-service.js';
import { sweep } from '../sweep.js';
import { holderOf, mailTo } from '../testing/mail-box.js';
import { password } from '../testing/sign-in.js';
import { registerPerson } from '../user/register.js';
import { askForVerification } from '../user/request-verification.js';
import { users } from '../user/user.js';
import { askForReset } from './forgot-password.js';
import { provePassword } from './prove-password.js';
import { storedPassword } from './store-password.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const wrong = 'a wholly different phrase';
const asking = () => ({ commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() });

/** A new person of this status; returns the address. */
async function person(status: 'pending' | 'active' = 'active'): Promise<string> {
  const email = `${randomUUID()}@example.test`;
  await registerPerson(service.identity, asking(), { email, password, name: 'Ada', home: null, status });
  return email;
}
async function barred(type: 'UserDisabled' | 'UserDeleted'): Promise<string> {
  const email = await person();
  const user_id = await holderOf(service, email);
  const { commandId, context, now } = asking();
  const data =
    type === 'UserDisabled'
      ? { user_id, status: 'disabled', reason: null }
      : { user_id, status: 'deleted', deleted_at: now, deleted_by_id: null, reason: null };
  await service.identity.store.execute(users, user_id, {
    ...{ id: commandId, context, now, accountId: null },
    decide: () => [{ type, data }],
  });
  return email;
}
const fail = (email: string, failures: number) =>
  service.identity.pool.query(
    `insert into sign_in_failures values ($1, gen_random_uuid(), $2, now())
     on conflict (key) do update set failures = excluded.failures, last_failure_at = excluded.last_failure_at`,
    [service.identity.secrets.emailHash(email), failures],
  );
const failuresAt = async (email: string) => {
  const { pool, secrets } = service.identity;
  const { rows } = await pool.query<{ failures: number }>('select failures from sign_in_failures where key = $1', [
    secrets.emailHash(email),
  ]);
  return rows[0]?.failures ?? 0;
};
const tryLogin = (email: string, over: Record<string, unknown> = {}) =>
  service.call('POST', '/auth/login', { body: { email, password, ...over } });

/** What a piece of work asks of hasher and stores, in the order in which it asks. */
async function workOf(work: (identity: Identity) => Promise<unknown>): Promise<string[]> {
  const asked: string[] = [];
  const { store, pool, hasher } = service.identity;
  const counted = <T extends object>(on: T, methods: Record<string, (args: unknown[]) => string>): T =>
    new Proxy(on, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        const describe = methods[String(name)];
        if (!describe || typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          asked.push(describe(args));
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
  const category = ([aggregate]: unknown[]) => (aggregate as { category: string }).category;
  await work({
    ...service.identity,
    hasher: counted(hasher, { hash: () => 'hash', verify: () => 'verify' }),
    store: counted(store, {
      load: (args) => `load ${category(args)}`,
      execute: (args) => `execute ${category(args)}`,
    }),
    pool: counted(pool, { query: ([text]) => String(text).replace(/\s+/g, ' ') }),
  });
  return asked;
}

/** Every kind of address there is to ask about, with what stands behind it. */
const addresses: [string, () => Promise<string>][] = [
  ['an unknown address', async () => `${randomUUID()}@example.test`],
  ['somebody who can sign in', () => person()],
  ['an unverified person', () => person('pending')],
  ['a disabled person', () => barred('UserDisabled')],
  ['a deleted person', () => barred('UserDeleted')],
  [
    'a locked address',
    async () => {
      const email = await person();
      await fail(email, 50);
      return email;
    },
  ],
];
const worksOf = (work: (identity: Identity, email: string) => Promise<unknown>) =>
  Promise.all(addresses.map(async ([, make]) => make())).then(async (emails) => {
    const works: string[][] = [];
    for (const email of emails) works.push(await workOf((identity) => work(identity, email)));
    return works;
  });

describe('who asks about an address learns nothing by the work it costs', () => {
  it('at sign-in with a wrong password: one hash, the same reads, one write', async () => {
    const works = await worksOf((identity, email) => provePassword(identity, asking(), { email, password: wrong }));
    expect(works[0]!.filter((step) => step === 'verify')).toHaveLength(1);
    for (const work of works) expect(work).toEqual(works[0]);
  });

  it('at sign-in with the right password, where it is refused', async () => {
    const refusing = { requireVerifiedEmail: true };
    const works = await worksOf((identity, email) =>
      provePassword({ ...identity, settings: { ...identity.settings, ...refusing } }, asking(), { email, password }),
    );
    const [unknown, accepted, ...refused] = works;
    for (const work of refused) expect(work).toEqual(unknown);
    expect(accepted).not.toEqual(unknown);
  });

  it('when a password is said to be forgotten', async () => {
    const works = await worksOf((identity, email) => askForReset(identity, asking(), email));
    expect(works[0]).toEqual(['load email', 'load user', 'execute credential']);
    for (const work of works) expect(work).toEqual(works[0]);
  });

  it('when the verification mail is asked for again', async () => {
    const works = await worksOf((identity, email) => askForVerification(identity, asking(), email));
    expect(works[0]).toEqual(['load email', 'load user', 'execute user']);
    for (const work of works) expect(work).toEqual(works[0]);
  });

  it('at registration: the password is hashed before anybody looks whether the address is free', async () => {
    const works = await worksOf((identity, email) =>
      registerPerson(identity, asking(), { email, password, name: 'Bob', home: null, status: 'pending' }),
    );
    for (const work of works) expect(work[0]).toBe('hash');
    for (const work of works) expect(work.filter((step) => step === 'hash')).toHaveLength(1);
    const [, ...taken] = works;
    for (const work of taken) expect(work).toEqual(taken[0]);
  });
});

describe('after a hundred wrong passwords in a row', () => {
  it('no password counts, however long one waits, until a new one is set', async () => {
    const email = await person();
    await fail(email, 99);
    const { pool, secrets } = service.identity;
    const age = () =>
      pool.query("update sign_in_failures set last_failure_at = last_failure_at - interval '1 year' where key = $1", [
        secrets.emailHash(email),
      ]);
    await age();
    expect((await tryLogin(email, { password: wrong })).status).toBe(401);
    expect(await failuresAt(email)).toBe(100);
    await age();
    await sweep(pool);
    expect((await tryLogin(email)).body.code).toBe('sign-in-refused');
    await service.call('POST', '/auth/password/forgot', { body: { email } });
    const [mail] = await mailTo(service, email, 'Set a new password');
    await service.call('POST', '/auth/password/reset', { body: { token: mail!.codes[0], new_password: wrong } });
    expect((await tryLogin(email, { password: wrong })).status).toBe(200);
    expect(await failuresAt(email)).toBe(0);
  });

  it('a device on which the person signed in before stays open', async () => {
    const email = await person();
    const { body } = await tryLogin(email);
    await fail(email, 100);
    expect((await tryLogin(email)).status).toBe(401);
    expect((await tryLogin(email, { device_id: body.device_id })).status).toBe(200);
    // The strangers' row stays as it is: what is known of the device is no news about them.
    expect((await tryLogin(email)).status).toBe(401);
  });
});

describe('a password under a weaker hash than today’s', () => {
  it('is hashed anew when its person signs in, and only then', async () => {
    const email = await person();
    const userId = await holderOf(service, email);
    const { pool, hasher } = service.identity;
    const weak = await hash(password, { algorithm: 2, memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await pool.query('update credentials set password_hash = $2 where user_id = $1', [userId, weak]);
    expect((await tryLogin(email, { password: wrong })).status).toBe(401);
    expect((await storedPassword(pool, userId))!.password_hash).toBe(weak);
    expect((await tryLogin(email)).status).toBe(200);
    const { password_hash } = (await storedPassword(pool, userId))!;
    expect([password_hash === weak, hasher.isWeak(password_hash)]).toEqual([false, false]);
    expect((await tryLogin(email)).status).toBe(200);
  });
});

describe('a flood of sign-ins', () => {
  it('is sent away at once, and everybody who is signed in goes on working meanwhile', async () => {
    const email = await person();
    const session = (await tryLogin(email)).body as Record<'user_id' | 'session_id' | 'refresh_token', string>;
    // As from a gateway: on connections that are there. New ones are accepted one by one, so others would wait behind them.
    await Promise.all(Array.from({ length: 202 }, async () => (await fetch(`${service.url}/livez`)).text()));
    // Ten times of what is let in, two hashes at work and sixteen waiting, until the others were served. Who is sent away
    // comes again when told: the clients are in this process, too, and would else leave no turn to whoever is served.
    let served = false;
    const flood = Array.from({ length: 200 }, async () => {
      const answers: Answer[] = [];
      while (!served) {
        const answer = await tryLogin(`${randomUUID()}@example.test`);
        answers.push(answer);
        if (answer.status === 503) await pause(Number(answer.headers.get('retry-after')) * 1000);
      }
      return answers;
    });
    const { user_id, session_id, refresh_token } = session;
    const context = await service.context({ user_id, session_id, selector: {}, account_optional: true });
    const refreshed = await service.call('POST', '/auth/refresh', { body: { refresh_token } });
    served = true;
    expect([context.status, refreshed.status]).toEqual([200, 200]);
    const answers = (await Promise.all(flood)).flat();
    const busy = answers.filter(({ status }) => status === 503);
    const heard = answers.filter(({ status }) => status === 401);
    expect(busy.length + heard.length).toBe(answers.length);
    expect(busy.length).toBeGreaterThan(0);
    for (const { body, headers } of busy) {
      expect([body.code, headers.get('retry-after')]).toEqual(['sign-in-busy', '1']);
    }
    expect((await tryLogin(email)).status).toBe(200);
  }, 180_000);
});
