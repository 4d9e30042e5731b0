import { randomUUID } from 'node:crypto';
import { streamName, type EventStore, type StoredEvent } from '@annals/event-store';
import { anonymous, startTestStores } from '@annals/testing';
import { sweep } from '../sweep.js';
import { authenticatorApp, type AuthenticatorApp } from '../testing/authenticator-app.js';
import {
  identityUnderTest,
  startIdentity,
  storeOptions,
  type Answer,
  type IdentityService,
} from '../testing/identity-service.js';
import { users } from '../user/user.js';

const { service: started, stores } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
beforeAll(() => {
  service = started();
});

const password = 'correct horse battery staple';

interface Person {
  email: string;
  user_id: string;
  access_token: string;
}
interface Protected extends Person {
  app: AuthenticatorApp;
  recovery_codes: string[];
}

/** The same request to a process that dies before its nth write to the log since it started. */
async function dyingBefore(nth: number, ask: (process: IdentityService) => Promise<Answer>): Promise<void> {
  const { store } = service.identity;
  let writes = 0;
  let dies = false;
  const execute: EventStore['execute'] = (...args) => {
    // Starting writes as well: which signing keys there are.
    if (dies) writes += 1;
    return writes === nth ? Promise.reject(new Error('killed')) : store.execute(...args);
  };
  const process = await startIdentity({ ...stores(), store: { ...store, execute } }, {}, { follows: false });
  dies = true;
  expect((await ask(process)).status).toBe(500);
  await process.stop();
}

const login = (email: string, over: Record<string, unknown> = {}, key?: string) =>
  service.call('POST', '/auth/login', { body: { email, password, ...over }, ...withKey(key) });
const withKey = (key?: string) => (key === undefined ? {} : { headers: { 'idempotency-key': key } });

async function person(): Promise<Person> {
  const email = `${randomUUID()}@example.test`;
  await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  const { status, body } = await login(email);
  expect(status).toBe(200);
  return { ...(body as unknown as Person), email };
}
const enrol = ({ access_token }: Person, key?: string) =>
  service.call('POST', '/users/me/mfa/totp', { token: access_token, ...withKey(key) });
const confirm = ({ access_token }: Person, code: string, key?: string, of = service) =>
  of.call('POST', '/users/me/mfa/totp/confirm', { token: access_token, body: { code }, ...withKey(key) });
const asked = (method: string, path: string, { access_token }: Person) =>
  service.call(method, `/users/me/mfa/${path}`, { token: access_token });

/** Somebody whose sign-in needs a code. The code of the present step is used up. */
async function protectedPerson(): Promise<Protected> {
  const somebody = await person();
  const { body } = await enrol(somebody);
  const app = authenticatorApp(body.otpauth_uri as string);
  const confirmed = await confirm(somebody, app.code());
  expect(confirmed.status).toBe(200);
  return { ...somebody, app, recovery_codes: confirmed.body.recovery_codes as string[] };
}
/** Makes every code of the present steps good again. */
const afterAWhile = ({ user_id }: Person) =>
  service.identity.pool.query('update totp_seeds set last_step = 0 where user_id = $1', [user_id]);

async function challenged({ email }: Person, over: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await login(email, over);
  expect([status, body.mfa_required]).toEqual([200, true]);
  return body.challenge as string;
}
const verify = (body: Record<string, unknown>, key?: string, of = service) =>
  of.call('POST', '/auth/mfa/verify', { body, ...withKey(key) });
/** A code of none of the steps that are accepted now or a step later. */
function wrongOf({ app }: Pick<Protected, 'app'>): string {
  const good = [-1, 0, 1, 2].map((later) => app.code(later));
  return ['000000', '111111', '222222', '333333', '444444'].find((code) => !good.includes(code))!;
}
const amrOf = ({ body }: Answer) => {
  const [, payload] = (body.access_token as string).split('.');
  return (JSON.parse(Buffer.from(payload!, 'base64url').toString()) as { amr: string[] }).amr;
};
async function logOf({ user_id }: Person, type?: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(streamName('credential', user_id))) events.push(event);
  return type === undefined ? events : events.filter((event) => event.type === type);
}
async function subjectsTo({ email }: Person): Promise<string[]> {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return (body.data as { subject: string }[]).map(({ subject }) => subject);
}
const disable = ({ user_id }: Person) =>
  service.identity.store.execute(users, user_id, {
    ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: null },
    decide: () => [{ type: 'UserDisabled', data: { user_id, status: 'disabled', reason: null } }],
  });
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort();
const everyClockButDate = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const),
  ...(['nextTick', 'queueMicrotask', 'performance', 'hrtime'] as const),
];
const fifty = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, ask));

describe('enrolling an authenticator app', () => {
  it('changes nothing before its first code, then asks for codes and gives recovery codes, once', async () => {
    const somebody = await person();
    expect((await asked('GET', 'totp', somebody)).body).toEqual({ enabled: false, enabled_at: null });
    const { status, body } = await enrol(somebody);
    expect([status, body.secret]).toEqual([200, expect.stringMatching(/^[A-Z2-7]{32}$/)]);
    expect(body.otpauth_uri).toContain(encodeURIComponent(somebody.email));
    expect((await login(somebody.email)).body).toHaveProperty('access_token');

    const confirmed = await confirm(somebody, authenticatorApp(body.otpauth_uri as string).code());
    expect(confirmed.body).toMatchObject({ enabled: true, recovery_codes: { length: 10 } });
    expect((await asked('GET', 'totp', somebody)).body).toMatchObject({ enabled: true });
    expect((await asked('GET', 'recovery-codes', somebody)).body).toMatchObject({ left: 10 });
    expect((await login(somebody.email)).body).toMatchObject({ mfa_required: true });
  });

  it('leaves no secret in the log, and in the database only what a key outside it opens', async () => {
    const somebody = await person();
    const { body } = await enrol(somebody);
    const app = authenticatorApp(body.otpauth_uri as string);
    const { recovery_codes } = (await confirm(somebody, app.code())).body as { recovery_codes: string[] };
    const { pool } = service.identity;
    const rows = await Promise.all(
      ['totp_seeds', 'recovery_code_sets', 'one_time_challenges'].map((table) =>
        pool.query(`select row_to_json(t)::text as text from ${table} t`, []),
      ),
    );
    const kept = JSON.stringify([
      (await logOf(somebody)).map(({ data, metadata }) => [data, metadata]),
      rows.map((table) => table.rows),
    ]);
    for (const secret of [body.secret as string, ...recovery_codes]) expect(kept).not.toContain(secret);
    expect((await logOf(somebody)).map(({ type }) => type)).toEqual([
      ...['PasswordSet', 'TotpEnabled', 'RecoveryCodesGenerated'],
    ]);
  });

  it('gives the same secret and the same codes to who repeats it with the same key', async () => {
    const somebody = await person();
    const keys = [randomUUID(), randomUUID()] as const;
    const [first, again] = [await enrol(somebody, keys[0]), await enrol(somebody, keys[0])];
    expect(again.body).toEqual(first.body);
    const code = authenticatorApp(first.body.otpauth_uri as string).code();
    const confirmed = [await confirm(somebody, code, keys[1]), await confirm(somebody, code, keys[1])];
    expect(confirmed.map(({ status }) => status)).toEqual([200, 200]);
    expect(confirmed[1]!.body).toEqual(confirmed[0]!.body);
    expect(confirmed[1]!.headers.get('idempotency-replayed')).toBe('true');
    expect(await logOf(somebody, 'TotpEnabled')).toHaveLength(1);
  });

  it('completes when the command died after it kept the seed', async () => {
    const somebody = await person();
    const { body } = await enrol(somebody);
    const code = authenticatorApp(body.otpauth_uri as string).code();
    const key = randomUUID();
    await dyingBefore(1, (process) => confirm(somebody, code, key, process));
    expect((await confirm(somebody, code, key)).body).toMatchObject({ enabled: true, recovery_codes: { length: 10 } });
  });

  it('refuses a wrong code, one without a secret, and a second secret', async () => {
    const somebody = await person();
    expect((await confirm(somebody, '000000')).body.code).toBe('totp-not-begun');
    const { body } = await enrol(somebody);
    const app = authenticatorApp(body.otpauth_uri as string);
    expect((await confirm(somebody, wrongOf({ app }))).body.code).toBe('code-refused');
    expect((await confirm(somebody, app.code())).status).toBe(200);
    expect((await enrol(somebody)).body.code).toBe('totp-enabled');
  });

  it('can be confirmed for ten minutes', async () => {
    const somebody = await person();
    const { body } = await enrol(somebody);
    const { pool } = service.identity;
    await pool.query("update totp_seeds set expires_at = now() - interval '2 hours' where user_id = $1", [
      somebody.user_id,
    ]);
    const app = authenticatorApp(body.otpauth_uri as string);
    expect((await confirm(somebody, app.code())).body.code).toBe('totp-not-begun');
    await sweep(pool);
    expect((await pool.query('select from totp_seeds where user_id = $1', [somebody.user_id])).rowCount).toBe(0);
  });

  it('needs a recent proof of who asks, and tells the person by mail', async () => {
    const somebody = await protectedPerson();
    const { pool } = service.identity;
    await pool.query("update session_tokens set authenticated_at = now() - interval '1 hour' where user_id = $1", [
      somebody.user_id,
    ]);
    const refused = [
      ...[await enrol(somebody), await confirm(somebody, '000000'), await asked('DELETE', 'totp', somebody)],
      ...[await asked('POST', 'recovery-codes', somebody), await asked('DELETE', 'recovery-codes', somebody)],
    ];
    expect(new Set(refused.map(({ status, body }) => `${status} ${String(body.code)}`))).toEqual(
      new Set(['403 reauthentication-required']),
    );
    expect(await subjectsTo(somebody)).toEqual(expect.arrayContaining(['An authenticator app was added']));
  });

  it('can be undone: no code is asked for, and seed and recovery codes are gone', async () => {
    const somebody = await protectedPerson();
    expect((await asked('DELETE', 'totp', somebody)).status).toBe(204);
    expect((await login(somebody.email)).body).toHaveProperty('access_token');
    expect((await asked('GET', 'recovery-codes', somebody)).body).toEqual({ left: 0, generated_at: null });
    expect(await subjectsTo(somebody)).toEqual(
      expect.arrayContaining(['The authenticator app was removed', 'Your recovery codes were removed']),
    );
    const { pool } = service.identity;
    for (const table of ['totp_seeds', 'recovery_code_sets']) {
      expect((await pool.query(`select from ${table} where user_id = $1`, [somebody.user_id])).rowCount).toBe(0);
    }
  });
});

describe('signing in with a code', () => {
  it('gives a session of two factors, for the device and the account that the password came with', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const challenge = await challenged(somebody, { device_name: 'Laptop' });
    const answer = await verify({ challenge, code: somebody.app.code() });
    expect(answer.status).toBe(200);
    expect(amrOf(answer)).toEqual(['pwd', 'otp', 'mfa']);
    const token = answer.body.access_token as string;
    const { body } = await service.call('GET', '/users/sessions', { token });
    await service.settled();
    expect((await service.call('GET', '/users/sessions', { token })).body.data).toContainEqual(
      expect.objectContaining({ device_name: 'Laptop', auth_methods: ['pwd', 'otp', 'mfa'], current: true }),
    );
    expect(body).toHaveProperty('data');
  });

  it('says what can be asked for, and for how long', async () => {
    const somebody = await protectedPerson();
    const { body } = await login(somebody.email);
    expect(body).toEqual({
      ...{ mfa_required: true, challenge: expect.stringMatching(/^[\w-]{43}$/) as string },
      ...{ methods: ['totp', 'recovery_code'], expires_in: 300, passkey_options: null },
    });
  });

  it('refuses an account that is not theirs before it asks for a code', async () => {
    const somebody = await protectedPerson();
    expect((await login(somebody.email, { account: randomUUID() })).body.code).toBe('no-account-access');
  });

  it('accepts a code once, however many send it at the same time', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const challenges = await Promise.all(Array.from({ length: 4 }, () => challenged(somebody)));
    const code = somebody.app.code();
    let turn = 0;
    const answers = await fifty(() => verify({ challenge: challenges[turn++ % 4], code }));
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 49 }, () => 401)]);
  });

  it('accepts a code once, also in a later sign-in', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const code = somebody.app.code();
    expect((await verify({ challenge: await challenged(somebody), code })).status).toBe(200);
    expect((await verify({ challenge: await challenged(somebody), code })).body.code).toBe('second-factor-refused');
  });

  it('accepts a challenge once', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const challenge = await challenged(somebody);
    expect((await verify({ challenge, code: somebody.app.code() })).status).toBe(200);
    expect((await verify({ challenge, code: somebody.app.code(1) })).status).toBe(401);
  });

  it('gives one session to who repeats it with the same key, also when the command died before the session', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const key = randomUUID();
    const body = { challenge: await challenged(somebody), code: somebody.app.code() };
    await dyingBefore(1, (process) => verify(body, key, process));
    const [first, again] = [await verify(body, key), await verify(body, key)];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body.session_id).toBe(first.body.session_id);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    expect((await verify({ ...body, code: somebody.app.code(1) }, key)).status).toBe(401);
  });

  it('answers the same for a wrong code, an unknown challenge, an old one and a disabled person', async () => {
    const [wrong, old, gone] = await Promise.all([protectedPerson(), protectedPerson(), protectedPerson()]);
    await Promise.all([old, gone].map(afterAWhile));
    const challenges = [await challenged(wrong), await challenged(old), await challenged(gone)] as const;
    const { pool } = service.identity;
    await pool.query("update one_time_challenges set expires_at = now() - interval '1 s' where user_id = $1", [
      old.user_id,
    ]);
    await disable(gone);
    const answers = [
      await verify({ challenge: challenges[0], code: wrongOf(wrong) }),
      await verify({ challenge: 'nonsense', code: wrongOf(wrong) }),
      await verify({ challenge: challenges[1], code: old.app.code() }),
      await verify({ challenge: challenges[2], code: gone.app.code() }),
      await verify({ challenge: challenges[0], recovery_code: 'nonsense' }),
    ];
    const shown = answers.map(({ status, body, headers }) => {
      const { request_id: _r, trace_id: _t, ...rest } = body;
      return JSON.stringify([status, rest, [...headers.keys()].sort()]);
    });
    expect(new Set(shown).size).toBe(1);
    expect([answers[0]!.status, answers[0]!.body.code]).toEqual([401, 'second-factor-refused']);
  });

  it('gives a challenge five tries', async () => {
    const somebody = await protectedPerson();
    const challenge = await challenged(somebody);
    for (let n = 0; n < 5; n++) await verify({ challenge, recovery_code: 'nonsense' });
    expect((await verify({ challenge, recovery_code: somebody.recovery_codes[0] })).status).toBe(401);
    expect(await logOf(somebody, 'RecoveryCodeUsed')).toEqual([]);
  });

  it('counts wrong codes over all challenges: a right password buys no further guesses', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const code = wrongOf(somebody);
    const guess = async () => verify({ challenge: await challenged(somebody), code });
    await Promise.all(Array.from({ length: 5 }, guess));
    await service.identity.pool.query(
      "update sign_in_failures set failures = 50 where key like 'code %' and failures = 5 and last_failure_at > now() - interval '1 minute'",
      [],
    );
    expect((await verify({ challenge: await challenged(somebody), code: somebody.app.code() })).status).toBe(401);
    expect(await logOf(somebody, 'SignInThrottled')).toMatchObject([{ data: { failures: 5 } }]);
    // Whoever has a recovery code is not locked out by it.
    const challenge = await challenged(somebody);
    expect((await verify({ challenge, recovery_code: somebody.recovery_codes[0] })).status).toBe(200);
    await service.identity.pool.query(
      "update sign_in_failures set last_failure_at = last_failure_at - interval '1 hour' where key like 'code %'",
      [],
    );
    expect((await verify({ challenge: await challenged(somebody), code: somebody.app.code() })).status).toBe(200);
  });

  it('hears five of fifty guesses that come at the same time', async () => {
    const somebody = await protectedPerson();
    const challenges = await Promise.all(Array.from({ length: 10 }, () => challenged(somebody)));
    const code = wrongOf(somebody);
    let turn = 0;
    // At the very same time: five wrong ones lock for a second, and a slow machine takes longer to hear fifty.
    jest.useFakeTimers({ now: Date.now(), doNotFake: everyClockButDate });
    try {
      await fifty(() => verify({ challenge: challenges[turn++ % 10], code }));
    } finally {
      jest.useRealTimers();
    }
    const { rows } = await service.identity.pool.query<{ failures: number }>(
      `select failures from sign_in_failures f join totp_seeds s on f.key = 'code ' || s.factor_id::text where s.user_id = $1`,
      [somebody.user_id],
    );
    expect(rows).toEqual([{ failures: 5 }]);
  });

  it('is void once there is another password', async () => {
    const somebody = await protectedPerson();
    await afterAWhile(somebody);
    const challenge = await challenged(somebody);
    const changed = await service.call('POST', '/auth/password/change', {
      token: somebody.access_token,
      body: { current_password: password, new_password: 'a wholly different phrase' },
    });
    expect(changed.status).toBeLessThan(300);
    expect((await verify({ challenge, code: somebody.app.code() })).status).toBe(401);
  });

  it('leaves no challenge behind', async () => {
    const somebody = await protectedPerson();
    await challenged(somebody);
    const { pool } = service.identity;
    await pool.query("update one_time_challenges set expires_at = now() - interval '2 hours' where user_id = $1", [
      somebody.user_id,
    ]);
    await sweep(pool);
    const left = await pool.query('select from one_time_challenges where user_id = $1', [somebody.user_id]);
    expect(left.rowCount).toBe(0);
  });
});

describe('proving again who one is with a code', () => {
  const prove = ({ access_token }: Person, code: string, key?: string) =>
    service.call('POST', '/auth/reauthenticate', { token: access_token, body: { code }, ...withKey(key) });
  const letTimePass = ({ user_id }: Person) =>
    service.identity.pool.query(
      "update session_tokens set authenticated_at = now() - interval '1 hour' where user_id = $1",
      [user_id],
    );

  it('opens what asks for a recent proof', async () => {
    const somebody = await protectedPerson();
    await letTimePass(somebody);
    expect((await asked('POST', 'recovery-codes', somebody)).status).toBe(403);
    expect((await prove(somebody, somebody.app.code(1))).status).toBe(200);
    expect((await asked('POST', 'recovery-codes', somebody)).status).toBe(200);
  });

  it('takes each code once, but from who repeats it with the same key', async () => {
    const somebody = await protectedPerson();
    const [code, key] = [somebody.app.code(1), randomUUID()];
    expect((await prove(somebody, code, key)).status).toBe(200);
    expect((await prove(somebody, code, key)).status).toBe(200);
    expect((await prove(somebody, code)).body.code).toBe('factor-refused');
    const challenge = await challenged(somebody);
    expect((await verify({ challenge, code })).status).toBe(401);
  });

  it('is refused without an authenticator app', async () => {
    expect((await prove(await person(), '000000')).body.code).toBe('factor-refused');
  });
});

describe('recovery codes', () => {
  it('stand in for the app, each once, and the person is told', async () => {
    const somebody = await protectedPerson();
    const typed = somebody.recovery_codes[4]!.replaceAll('-', ' ').toUpperCase();
    const answer = await verify({ challenge: await challenged(somebody), recovery_code: typed });
    expect([answer.status, amrOf(answer)]).toEqual([200, ['pwd', 'otp', 'mfa']]);
    expect((await asked('GET', 'recovery-codes', somebody)).body).toMatchObject({ left: 9 });
    expect((await verify({ challenge: await challenged(somebody), recovery_code: typed })).status).toBe(401);
    expect(await logOf(somebody, 'RecoveryCodeUsed')).toMatchObject([
      { data: { place: 4, left: 9 }, metadata: { actor: { user_id: somebody.user_id } } },
    ]);
    expect(await subjectsTo(somebody)).toEqual(expect.arrayContaining(['A recovery code was used']));
  });

  it('are accepted once, however many send one at the same time', async () => {
    const somebody = await protectedPerson();
    const challenges = await Promise.all(Array.from({ length: 10 }, () => challenged(somebody)));
    let turn = 0;
    const answers = await fifty(() =>
      verify({ challenge: challenges[turn++ % 10], recovery_code: somebody.recovery_codes[0] }),
    );
    expect(statuses(answers)).toEqual([200, ...Array.from({ length: 49 }, () => 401)]);
    expect(await logOf(somebody, 'RecoveryCodeUsed')).toHaveLength(1);
  });

  it('give one session to who repeats it with the same key, also when the command died before the session', async () => {
    const somebody = await protectedPerson();
    const key = randomUUID();
    const body = { challenge: await challenged(somebody), recovery_code: somebody.recovery_codes[0] };
    await dyingBefore(1, (process) => verify(body, key, process));
    await dyingBefore(2, (process) => verify(body, key, process));
    const [first, again] = [await verify(body, key), await verify(body, key)];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body.session_id).toBe(first.body.session_id);
    expect(await logOf(somebody, 'RecoveryCodeUsed')).toHaveLength(1);
  });

  it('can be replaced: earlier ones are good for nothing any more', async () => {
    const somebody = await protectedPerson();
    const { status, body } = await asked('POST', 'recovery-codes', somebody);
    const fresh = body.recovery_codes as string[];
    expect([status, body.left, fresh.length]).toEqual([200, 10, 10]);
    const [old] = somebody.recovery_codes;
    expect((await verify({ challenge: await challenged(somebody), recovery_code: old })).status).toBe(401);
    expect((await verify({ challenge: await challenged(somebody), recovery_code: fresh[0] })).status).toBe(200);
    expect(await subjectsTo(somebody)).toEqual(expect.arrayContaining(['You have new recovery codes']));
    const { pool } = service.identity;
    const sets = await pool.query('select from recovery_code_sets where user_id = $1', [somebody.user_id]);
    expect(sets.rowCount).toBe(1);
  });

  it('are none without a factor, and can be given up', async () => {
    expect((await asked('POST', 'recovery-codes', await person())).body.code).toBe('no-second-factor');
    const somebody = await protectedPerson();
    expect((await asked('DELETE', 'recovery-codes', somebody)).status).toBe(204);
    const { body } = await login(somebody.email);
    expect(body.methods).toEqual(['totp']);
    const [code] = somebody.recovery_codes;
    expect((await verify({ challenge: body.challenge, recovery_code: code })).status).toBe(401);
  });
});
