import { randomUUID } from 'node:crypto';
import type { PasskeyCreationOptions, PasskeyRequestOptions } from '@annals/contracts';
import { streamName, type EventStore, type StoredEvent } from '@annals/event-store';
import { anonymous, startTestStores } from '@annals/testing';
import { signIn as openSignIn } from '../session/sign-in.js';
import {
  identityUnderTest,
  issuer as origin,
  startIdentity,
  storeOptions,
  type Answer,
  type IdentityService,
} from '../testing/identity-service.js';
import { virtualAuthenticator, type Deviation, type VirtualAuthenticator } from '../testing/virtual-authenticator.js';
import { registerUser } from '../user/register-user.js';
import { mayAct, users } from '../user/user.js';

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
interface WithPasskey extends Person {
  authenticator: VirtualAuthenticator;
  id: string;
}

const withKey = (key?: string) => (key === undefined ? {} : { headers: { 'idempotency-key': key } });
const login = (email: string) => service.call('POST', '/auth/login', { body: { email, password } });
async function person(): Promise<Person> {
  const email = `${randomUUID()}@example.test`;
  await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  return { ...((await login(email)).body as unknown as Person), email };
}
const own = (method: string, path: string, { access_token }: Person, body?: unknown, key?: string, of = service) =>
  of.call(method, `/users/me/passkeys${path}`, { token: access_token, ...withKey(key), ...(body ? { body } : {}) });
const creation = async (somebody: Person) =>
  (await own('POST', '/options', somebody)).body as unknown as PasskeyCreationOptions;
const request = async () =>
  (await service.call('POST', '/auth/passkeys/options')).body as unknown as PasskeyRequestOptions;

async function add(somebody: Person, authenticator: VirtualAuthenticator, deviation?: Deviation): Promise<Answer> {
  const response = authenticator.create(await creation(somebody), deviation);
  return own('POST', '', somebody, { response, name: 'Laptop' });
}
async function withPasskey(over: { synced?: boolean; counts?: boolean } = {}): Promise<WithPasskey> {
  const somebody = await person();
  const authenticator = virtualAuthenticator({ origin, ...over });
  const { status, body } = await add(somebody, authenticator);
  expect(status).toBe(201);
  return { ...somebody, authenticator, id: body.id as string };
}
const verify = (response: unknown, over: Record<string, unknown> = {}, key?: string, of = service) =>
  of.call('POST', '/auth/passkeys/verify', { body: { response, ...over }, ...withKey(key) });
const signIn = async ({ authenticator }: WithPasskey, deviation?: Deviation) =>
  verify(authenticator.get(await request(), deviation));

const amrOf = ({ body }: Answer) => {
  const [, payload] = (body.access_token as string).split('.');
  return (JSON.parse(Buffer.from(payload!, 'base64url').toString()) as { amr: string[] }).amr;
};
async function logOf({ user_id }: Person, type: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(streamName('credential', user_id))) events.push(event);
  return events.filter((event) => event.type === type);
}
async function subjectsTo({ email }: Person): Promise<string[]> {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return (body.data as { subject: string }[]).map(({ subject }) => subject);
}
const shown = ({ status, body, headers }: Answer) => {
  const { request_id: _r, trace_id: _t, ...rest } = body;
  return JSON.stringify([status, rest, [...headers.keys()].sort()]);
};

/** The same request to a process that dies before its next write to the log. */
async function dying(ask: (process: IdentityService) => Promise<Answer>): Promise<void> {
  const execute: EventStore['execute'] = () => Promise.reject(new Error('killed'));
  const store = { ...service.identity.store, execute };
  const process = await startIdentity({ ...stores(), store }, {}, { follows: false });
  expect((await ask(process)).status).toBe(500);
  await process.stop();
}

describe('adding a passkey', () => {
  it('asks for one that can be found without a name and checks who holds it', async () => {
    const somebody = await person();
    expect(await creation(somebody)).toMatchObject({
      challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      rp: { id: 'annals.test', name: 'Annals' },
      user: { name: somebody.email, displayName: 'Ada' },
      ...{ attestation: 'none', excludeCredentials: [] },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  });

  it('lists it, gives recovery codes with the first, and tells the person', async () => {
    const somebody = await person();
    const { status, body } = await add(somebody, virtualAuthenticator({ origin }));
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        name: 'Laptop',
        synced: false,
        last_used_at: null,
        recovery_codes: expect.any(Array) as string[],
      }),
    ]);
    const second = await add(somebody, virtualAuthenticator({ origin, synced: true, counts: false }));
    expect(second.body).toMatchObject({ synced: true, recovery_codes: null });
    expect((await own('GET', '', somebody)).body).toMatchObject({ data: [{ id: body.id }, { id: second.body.id }] });
    expect((await creation(somebody)).excludeCredentials).toHaveLength(2);
    expect(await logOf(somebody, 'PasskeyAdded')).toMatchObject([{ data: { name: 'Laptop' } }, {}]);
    expect(await subjectsTo(somebody)).toEqual(expect.arrayContaining(['A passkey was added']));
  });

  it('gives the same answer to who repeats it with the same key, also when the command died before the fact', async () => {
    const somebody = await person();
    const body = { response: virtualAuthenticator({ origin }).create(await creation(somebody)), name: 'Laptop' };
    const key = randomUUID();
    await dying((process) => own('POST', '', somebody, body, key, process));
    const [first, again] = [await own('POST', '', somebody, body, key), await own('POST', '', somebody, body, key)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect((await own('GET', '', somebody)).body.data).toHaveLength(1);
  });

  it.each<[string, Deviation]>([
    ['from another origin', { origin: 'https://annals.test.evil.example' }],
    ['from the same host on another port', { origin: `${origin}:8443` }],
    ['from the same host without encryption', { origin: 'http://annals.test' }],
    ['for another domain', { rpId: 'evil.example' }],
    ['without a check of who holds it', { verified: false }],
    ['with a challenge of its own', { challenge: Buffer.alloc(32).toString('base64url') }],
  ])('refuses one made %s', async (_, deviation) => {
    const somebody = await person();
    const { status, body } = await add(somebody, virtualAuthenticator({ origin }), deviation);
    expect([status, body.code]).toEqual([400, 'passkey-refused']);
    expect((await own('GET', '', somebody)).body.data).toEqual([]);
  });

  it('refuses a challenge that was used, one that somebody else was given, and one for signing in', async () => {
    const [somebody, other] = [await person(), await person()];
    const options = await creation(somebody);
    const make = (of: PasskeyCreationOptions) => ({
      ...{ response: virtualAuthenticator({ origin }).create(of), name: 'Laptop' },
    });
    expect((await own('POST', '', other, make(options))).body.code).toBe('passkey-refused');
    expect((await own('POST', '', somebody, make(options))).status).toBe(201);
    expect((await own('POST', '', somebody, make(options))).body.code).toBe('passkey-refused');
    const forSigningIn = { ...options, challenge: (await request()).challenge };
    expect((await own('POST', '', somebody, make(forSigningIn))).body.code).toBe('passkey-refused');
  });

  it('refuses a passkey that is somebody’s already', async () => {
    const { authenticator } = await withPasskey();
    expect((await add(await person(), authenticator)).body.code).toBe('passkey-known');
  });

  it('and removing one needs a recent proof of who asks', async () => {
    const somebody = await withPasskey();
    const response = virtualAuthenticator({ origin }).create(await creation(somebody));
    await service.identity.pool.query(
      "update session_tokens set authenticated_at = now() - interval '1 hour' where user_id = $1",
      [somebody.user_id],
    );
    const refused = [
      await own('POST', '/options', somebody),
      await own('POST', '', somebody, { response, name: 'Phone' }),
      await own('DELETE', `/${somebody.id}`, somebody),
    ];
    expect(refused.map(({ body }) => body.code)).toEqual(Array.from({ length: 3 }, () => 'reauthentication-required'));
  });
});

describe('signing in with a passkey', () => {
  it('needs nothing else and is two factors, in hardware or where it may be copied', async () => {
    const [hardware, synced] = [await withPasskey(), await withPasskey({ synced: true, counts: false })];
    const answers = [await signIn(hardware), await signIn(synced), await signIn(synced)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]!.body).toMatchObject({ user_id: hardware.user_id, accounts: [expect.anything()] });
    expect(answers.map(amrOf)).toEqual([
      ['hwk', 'user', 'mfa'],
      ['swk', 'user', 'mfa'],
      ['swk', 'user', 'mfa'],
    ]);
    const { data } = (await own('GET', '', hardware)).body as { data: { last_used_at: string | null }[] };
    expect(data[0]!.last_used_at).not.toBeNull();
  });

  it('asks nobody in particular, so nobody learns who is known', async () => {
    expect(await request()).toMatchObject({ rpId: 'annals.test', allowCredentials: [], userVerification: 'required' });
  });

  it('keeps a device that the person named and signed in on before', async () => {
    const somebody = await withPasskey();
    const { device_id } = (await signIn(somebody)).body as { device_id: string };
    const again = await verify(somebody.authenticator.get(await request()), { device_id });
    expect(again.body.device_id).toBe(device_id);
    const unknown = await verify(somebody.authenticator.get(await request()), { device_id: randomUUID() });
    expect(unknown.body.device_id).not.toBe(device_id);
  });

  it.each<[string, Deviation]>([
    ['on another origin', { origin: 'https://annals.test.evil.example' }],
    ['on the same host and another port', { origin: `${origin}:8443` }],
    ['for another domain', { rpId: 'evil.example' }],
    ['without a check of who holds it', { verified: false }],
    ['with a challenge of its own', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['without saying whose it is', { userHandle: null }],
    ['saying it is somebody else’s', { userHandle: Buffer.alloc(16).toString('base64url') }],
  ])('is refused %s', async (_, deviation) => {
    const somebody = await withPasskey();
    const { status, body } = await signIn(somebody, deviation);
    expect([status, body.code]).toEqual([401, 'passkey-sign-in-refused']);
  });

  it('is refused with a signature of another key', async () => {
    const [somebody, attacker] = [await withPasskey(), await withPasskey()];
    const options = await request();
    const [real, forged] = [somebody.authenticator.get(options), attacker.authenticator.get(options)];
    const { status } = await verify({ ...forged, id: real.id, rawId: real.rawId });
    expect(status).toBe(401);
  });

  it('is refused for a challenge that was used, too old, or for something else', async () => {
    const somebody = await withPasskey();
    const options = await request();
    const response = somebody.authenticator.get(options);
    expect((await verify(response)).status).toBe(200);
    expect((await verify(response)).status).toBe(401);
    expect((await verify(somebody.authenticator.get(options))).status).toBe(401);

    const old = await request();
    await service.identity.pool.query(
      "update one_time_challenges set expires_at = now() - interval '1 s' where purpose = 'passkey-proof' and used_by is null",
      [],
    );
    expect((await verify(somebody.authenticator.get(old))).status).toBe(401);

    const { challenge } = await creation(somebody);
    expect((await verify(somebody.authenticator.get({ ...options, challenge }))).status).toBe(401);
    expect(await logOf(somebody, 'SignCountRegressed')).toEqual([]);
  });

  it('counts once, however many send it at the same time, and that is no copied passkey', async () => {
    const somebody = await withPasskey();
    const response = somebody.authenticator.get(await request());
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(response)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await logOf(somebody, 'SignCountRegressed')).toEqual([]);
  });

  it('is refused when the passkey counts no further than before, and the person is told once', async () => {
    const somebody = await withPasskey();
    expect((await signIn(somebody, { count: 7 })).status).toBe(200);
    const copied = somebody.authenticator.get(await request(), { count: 7 });
    await dying((process) => verify(copied, {}, undefined, process));
    expect((await verify(copied)).status).toBe(401);
    expect((await verify(copied)).status).toBe(401);
    expect(await logOf(somebody, 'SignCountRegressed')).toMatchObject([
      { data: { passkey_id: somebody.id, known_count: 7, received_count: 7 } },
    ]);
    expect(await subjectsTo(somebody)).toEqual(expect.arrayContaining(['A passkey was refused']));
    expect((await signIn(somebody, { count: 8 })).status).toBe(200);
  });

  it('gives one session to who repeats it with the same key, also when the command died before the session', async () => {
    const somebody = await withPasskey();
    const response = somebody.authenticator.get(await request());
    const key = randomUUID();
    await dying((process) => verify(response, {}, key, process));
    const [first, again] = [await verify(response, {}, key), await verify(response, {}, key)];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body.session_id).toBe(first.body.session_id);
  });

  it('answers the same for an unknown passkey, a removed one, and a wrong answer', async () => {
    const [somebody, removed] = [await withPasskey(), await withPasskey()];
    expect((await own('DELETE', `/${removed.id}`, removed)).status).toBe(204);
    const unknown = virtualAuthenticator({ origin });
    unknown.create(await creation(somebody));
    const answers = [
      await verify(unknown.get(await request())),
      await signIn(removed),
      await signIn(somebody, { verified: false }),
    ];
    expect(new Set(answers.map(shown)).size).toBe(1);
  });

  it('waits for a verified address where that is asked for', async () => {
    const somebody = await withPasskey();
    const strict = await startIdentity(stores(), { requireVerifiedEmail: true }, { follows: false });
    const response = somebody.authenticator.get(await request());
    expect((await verify(response, {}, undefined, strict)).status).toBe(401);
    await strict.stop();
  });
});

describe('a passkey as second factor', () => {
  const second = (challenge: unknown, passkey: unknown) =>
    service.call('POST', '/auth/mfa/verify', { body: { challenge, passkey } });

  it('is asked for after the password, by name, and makes it two factors', async () => {
    const somebody = await withPasskey();
    const { body } = await login(somebody.email);
    const options = body.passkey_options as PasskeyRequestOptions;
    expect(body).toMatchObject({ mfa_required: true, methods: ['passkey', 'recovery_code'] });
    expect(options).toMatchObject({ challenge: body.challenge, allowCredentials: [{ transports: ['internal'] }] });
    const answer = await second(body.challenge, somebody.authenticator.get(options));
    expect([answer.status, amrOf(answer)]).toEqual([200, ['pwd', 'hwk', 'user', 'mfa']]);
  });

  it('is refused when it is another person’s, or signed for another challenge', async () => {
    const [somebody, other] = [await withPasskey(), await withPasskey()];
    const { body } = await login(somebody.email);
    const options = body.passkey_options as PasskeyRequestOptions;
    expect((await second(body.challenge, other.authenticator.get(options))).body.code).toBe('second-factor-refused');
    expect((await second(body.challenge, somebody.authenticator.get(await request()))).status).toBe(401);
    expect((await second(body.challenge, somebody.authenticator.get(options))).status).toBe(200);
  });
});

describe('proving again who one is with a passkey', () => {
  const prove = ({ access_token }: Person, passkey: unknown) =>
    service.call('POST', '/auth/reauthenticate', { token: access_token, body: { passkey } });

  it('opens what asks for a recent proof', async () => {
    const somebody = await withPasskey();
    await service.identity.pool.query(
      "update session_tokens set authenticated_at = now() - interval '1 hour' where user_id = $1",
      [somebody.user_id],
    );
    expect((await own('POST', '/options', somebody)).status).toBe(403);
    expect((await prove(somebody, somebody.authenticator.get(await request()))).status).toBe(200);
    expect((await own('POST', '/options', somebody)).status).toBe(200);
  });

  it('is refused with another person’s', async () => {
    const [somebody, other] = [await withPasskey(), await withPasskey()];
    const { status, body } = await prove(somebody, other.authenticator.get(await request()));
    expect([status, body.code]).toEqual([403, 'factor-refused']);
  });
});

describe('removing a passkey', () => {
  it('is told to the person, deletes its key, and ends asking for it', async () => {
    const somebody = await withPasskey();
    expect((await own('DELETE', `/${somebody.id}`, somebody)).status).toBe(204);
    expect((await own('GET', '', somebody)).body.data).toEqual([]);
    expect((await login(somebody.email)).body).toHaveProperty('access_token');
    expect(await subjectsTo(somebody)).toEqual(expect.arrayContaining(['A passkey was removed']));
    const rows = await service.identity.pool.query('select from passkeys where user_id = $1', [somebody.user_id]);
    expect(rows.rowCount).toBe(0);
  });

  it('knows no passkey of somebody else', async () => {
    const [somebody, other] = [await withPasskey(), await withPasskey()];
    const { status, body } = await own('DELETE', `/${other.id}`, somebody);
    expect([status, body.code]).toEqual([404, 'passkey-not-found']);
  });

  it('leaves the last way to sign in', async () => {
    const somebody = await withoutPassword();
    const { body } = await add(somebody, virtualAuthenticator({ origin }));
    const refused = await own('DELETE', `/${String(body.id)}`, somebody);
    expect([refused.status, refused.body.code]).toEqual([409, 'last-way-to-sign-in']);
    expect((await add(somebody, virtualAuthenticator({ origin }))).status).toBe(201);
    expect((await own('DELETE', `/${String(body.id)}`, somebody)).status).toBe(204);
  });
});

/** Somebody whom another issuer let in: they have no password here. */
async function withoutPassword(): Promise<Person> {
  const { identity } = service;
  const [user_id, email] = [randomUUID(), `${randomUUID()}@example.test`];
  const asking = { commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() };
  const { state } = await identity.store.execute(users, user_id, {
    ...{ id: asking.commandId, context: asking.context, now: asking.now, accountId: null },
    decide: (user) =>
      registerUser(user, {
        ...{ user_id, email, email_hash: identity.secrets.emailHash(email), name: 'Ada', status: 'active' },
        ...{ home_account_id: null, profile_image: null, managed_by: null, joins: [] },
      }),
  });
  if (!mayAct(state)) throw new Error('this person may not act');
  const reply = await openSignIn(identity, asking, state, {
    ...{ account: null, device: { device_id: randomUUID(), device_name: null }, auth_methods: ['hwk'] },
  });
  return { ...(reply.body as Person), email };
}
