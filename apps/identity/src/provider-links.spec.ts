import { randomUUID } from 'node:crypto';
import { ExternalIssuer } from '@annals/auth';
import type { ContextRequest, IdentityContext } from '@annals/contracts';
import { streamName } from '@annals/event-store';
import { anonymous, startStubIssuer, startTestStores, stubKey, until, type StubIssuer } from '@annals/testing';
import { openAccount } from './account/create-account.js';
import { credentials } from './credential/credential.js';
import { revocationsAfter } from './session/revocations.js';
import { providers } from './provider/provider.js';
import { startIdentity, storeOptions, type IdentityService } from './testing/identity-service.js';

let stores: Awaited<ReturnType<typeof startTestStores>>;
let service: IdentityService;
let one: StubIssuer;
let other: StubIssuer;
let lettingIn: StubIssuer;
type Caller = Extract<ContextRequest['caller'], { kind: 'external' }>;
beforeAll(async () => {
  [stores, one, other, lettingIn] = await Promise.all([
    startTestStores(storeOptions),
    startStubIssuer('one'),
    startStubIssuer('other'),
    startStubIssuer('letting-in'),
  ]);
  const account_id = randomUUID();
  const issuers = [
    ExternalIssuer.parse(one.setting({ provider: 'one', link_audience: ['the-client'] })),
    ExternalIssuer.parse(other.setting()),
    ExternalIssuer.parse(lettingIn.setting({ provision: { account: account_id } })),
  ];
  service = await startIdentity(stores, {}, { issuers });
  const [context, now] = [anonymous(), new Date().toISOString()];
  await openAccount(
    service.identity,
    { commandId: randomUUID(), context, now },
    {
      ...{ account_id, slugs: ['acme'], name: 'Acme', domain: null, kind: 'team' },
      ...{ created_by_id: (await person()).user_id, created_at: now },
    },
  );
});
afterAll(async () => {
  await service.stop();
  await Promise.all([stores.stop(), one.stop(), other.stop(), lettingIn.stop()]);
});

interface Person {
  email: string;
  token: string;
  user_id: string;
}
const password = 'correct horse battery staple';

async function person(): Promise<Person> {
  const email = `${randomUUID()}@example.test`;
  await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  const { body } = await service.call('POST', '/auth/login', { body: { email, password } });
  return { email, token: body.access_token as string, user_id: body.user_id as string };
}

const newSubject = () => `auth0|${randomUUID()}`;
const path = (id?: string) => `/users/me/providers${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
const link = ({ token }: Person, shown: string, headers: Record<string, string> = {}) =>
  service.call('POST', path(), { token, body: { token: shown }, headers });
const unlink = ({ token }: Person, id: string, headers: Record<string, string> = {}) =>
  service.call('DELETE', path(id), { token, headers });
const idsOf = async ({ token }: Person) => {
  const { body } = await service.call('GET', path(), { token });
  return (body.data as { provider_id: string }[]).map(({ provider_id }) => provider_id);
};
const codeOf = async (answer: ReturnType<typeof link>) => {
  const { status, body } = await answer;
  return status < 300 ? `${status}` : `${status} ${body.code as string}`;
};
/** Who the gateway is told a token of this identity is for. */
const arrive = (subject: string, issuer = one, said: Partial<Caller> = {}) =>
  service.contextOf({
    caller: {
      ...{ kind: 'external', issuer: issuer.issuer, subject, email: null, email_verified: false, name: null },
      ...{ roles: [], auth_methods: [], authenticated_at: null, ...said },
    },
    ...{ selector: {}, account_optional: true, client: { ip_address: null, user_agent: null } },
  });
const key = () => ({ 'idempotency-key': randomUUID() });
const everyClockButDate = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const),
  ...(['nextTick', 'queueMicrotask', 'performance', 'hrtime'] as const),
];
/** Makes the sign-in of this session longer ago than counts for what is sensitive. */
const grow = async ({ user_id }: Person) =>
  service.identity.pool.query(
    "update session_tokens set authenticated_at = authenticated_at - interval '11 minutes' where user_id = $1",
    [user_id],
  );
const mailTo = async ({ email }: Person) => {
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return (body.data as { subject: string }[]).map(({ subject }) => subject);
};

describe('linking an identity of another issuer', () => {
  it('makes it a way to sign in, shows it and tells the person', async () => {
    const [ada, sub] = [await person(), newSubject()];
    expect((await arrive(sub)).body).toMatchObject({ status: 401, code: 'identity-not-linked' });
    const { status, body } = await link(ada, one.token({ sub }));
    expect([status, body]).toEqual([
      201,
      { provider_id: sub, provider: 'one', issuer: one.issuer, linked_at: expect.any(String) as string },
    ]);
    expect((await service.call('GET', path(), { token: ada.token })).body).toEqual({ data: [body] });
    expect((await arrive(sub)).body).toMatchObject({ user_id: ada.user_id });
    expect(await mailTo(ada)).toContain('Another way to sign in was added');
  });

  it('names it after its issuer where the subject does not name a provider itself', async () => {
    const [ada, sub] = [await person(), randomUUID()];
    expect((await link(ada, one.token({ sub }))).body).toMatchObject({ provider_id: `one|${sub}` });
    expect(await codeOf(unlink(ada, `one|${sub}`))).toBe('204');
  });

  it('keeps the subject sealed', async () => {
    const [ada, sub] = [await person(), newSubject()];
    await link(ada, one.token({ sub }));
    const stream = streamName('provider', service.identity.secrets.providerHash(one.issuer, sub));
    for await (const event of service.identity.store.readStream(stream, { open: false })) {
      expect(JSON.stringify(event.data)).not.toContain(sub);
      expect(event.stream).not.toContain(sub);
    }
  });

  it('takes an ID token where its client is configured, which is good for nothing else', async () => {
    const ada = await person();
    expect(await codeOf(link(ada, one.token({ sub: newSubject(), aud: 'the-client' }, { typ: 'JWT' })))).toBe('201');
    expect(await codeOf(link(ada, other.token({ sub: newSubject(), aud: 'the-client' })))).toBe(
      '400 link-token-refused',
    );
  });

  it('takes nothing from anybody', async () => {
    const [ada, eve, sub] = [await person(), await person(), newSubject()];
    await link(ada, one.token({ sub }));
    expect(await codeOf(link(eve, one.token({ sub })))).toBe('409 provider-linked-elsewhere');
    expect(await idsOf(eve)).toEqual([]);
    expect((await arrive(sub)).body).toMatchObject({ user_id: ada.user_id });
  });

  it('goes to one of two people who show it at the same time', async () => {
    const [ada, eve, sub] = [await person(), await person(), newSubject()];
    const codes = await Promise.all([codeOf(link(ada, one.token({ sub }))), codeOf(link(eve, one.token({ sub })))]);
    expect(codes.sort()).toEqual(['201', '409 provider-linked-elsewhere']);
  });

  it('twice is once', async () => {
    const [ada, sub] = [await person(), newSubject()];
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(link(ada, one.token({ sub })))));
    expect(new Set(codes).has('201')).toBe(true);
    expect(await codeOf(link(ada, one.token({ sub })))).toBe('201');
    expect(await idsOf(ada)).toEqual([sub]);
  });

  it('answers the same to the same key, and takes each token once', async () => {
    const [ada, eve, sub, again] = [await person(), await person(), newSubject(), key()];
    const shown = one.token({ sub });
    const [first, second] = [await link(ada, shown, again), await link(ada, shown, again)];
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(await codeOf(link(ada, shown))).toBe('400 link-token-used');
    expect(await codeOf(link(eve, shown, again))).toBe('400 link-token-used');
    expect(await codeOf(link(ada, one.token({ sub: newSubject() }), again))).toBe('422 idempotency-key-reused');
  });

  it('answers the same to the same key also when the token has become too old', async () => {
    const [ada, sub, again] = [await person(), newSubject(), key()];
    const shown = one.token({ sub, iat: Math.floor(Date.now() / 1000) - 480 });
    const first = await link(ada, shown, again);
    expect(first.status).toBe(201);
    jest.useFakeTimers({ now: Date.now() + 130_000, doNotFake: everyClockButDate });
    try {
      expect(await codeOf(link(ada, shown))).toBe('400 link-token-stale');
      const second = await link(ada, shown, again);
      expect([second.status, second.body]).toEqual([201, first.body]);
    } finally {
      jest.useRealTimers();
    }
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  it.each<[string, string, () => string]>([
    ['was issued eleven minutes ago', '400 link-token-stale', () => one.token({ iat: seconds() - 660 })],
    ['was issued tomorrow', '400 link-token-stale', () => one.token({ iat: seconds() + 86_400 })],
    ['does not say when it was issued', '400 link-token-stale', () => one.token({ iat: undefined })],
    ['has expired', '400 link-token-refused', () => one.token({ exp: seconds() - 60 })],
    ['is for others', '400 link-token-refused', () => one.token({ aud: 'others' })],
    ['is of an issuer that nobody trusts', '400 link-token-refused', () => one.token({ iss: 'https://evil.test/' })],
    ['is signed by somebody else', '400 link-token-refused', () => one.token({}, {}, stubKey('one-1'))],
    ['is none', '400 link-token-refused', () => 'garbage'],
  ])('refuses a token that %s', async (_, code, shown) => {
    const ada = await person();
    expect(await codeOf(link(ada, shown()))).toBe(code);
    expect(await idsOf(ada)).toEqual([]);
  });

  it('refuses one of our own tokens', async () => {
    const ada = await person();
    expect(await codeOf(link(ada, ada.token))).toBe('400 link-token-refused');
  });

  it('needs a recent proof of who asks', async () => {
    const ada = await person();
    await grow(ada);
    expect(await codeOf(link(ada, one.token({ sub: newSubject() })))).toBe('403 reauthentication-required');
  });

  it('ends at ten identities', async () => {
    const ada = await person();
    for (let n = 0; n < 10; n++) expect(await codeOf(link(ada, one.token({ sub: newSubject() })))).toBe('201');
    expect(await codeOf(link(ada, one.token({ sub: newSubject() })))).toBe('409 too-many-providers');
  });
});

describe('unlinking an identity', () => {
  it('shuts it out before the answer, and tells the person', async () => {
    const [ada, sub] = [await person(), newSubject()];
    await link(ada, one.token({ sub }));
    const [{ seq = 0 } = {}] = (await revocationsAfter(service.identity.pool, 0)).slice(-1);
    const { status } = await unlink(ada, sub);
    expect(status).toBe(204);
    expect(await revocationsAfter(service.identity.pool, seq)).toMatchObject([{ kind: 'user', key: ada.user_id }]);
    expect((await arrive(sub)).body).toMatchObject({ status: 401, code: 'identity-not-linked' });
    expect(await idsOf(ada)).toEqual([]);
    expect(await mailTo(ada)).toContain('A way to sign in was removed');
  });

  it('frees it for another person', async () => {
    const [ada, bob, sub] = [await person(), await person(), newSubject()];
    await link(ada, one.token({ sub }));
    await unlink(ada, sub);
    expect(await codeOf(link(bob, one.token({ sub })))).toBe('201');
    expect((await arrive(sub)).body).toMatchObject({ user_id: bob.user_id });
  });

  it('answers the same to the same key', async () => {
    const [ada, sub, again] = [await person(), newSubject(), key()];
    await link(ada, one.token({ sub }));
    expect([await codeOf(unlink(ada, sub, again)), await codeOf(unlink(ada, sub, again))]).toEqual(['204', '204']);
    expect(await codeOf(unlink(ada, sub))).toBe('404 provider-not-found');
  });

  it('ends every identity that goes by the id, where two issuers name one alike', async () => {
    const [ada, sub] = [await person(), 'google-oauth2|' + randomUUID()];
    await link(ada, one.token({ sub }));
    await link(ada, other.token({ sub }));
    expect(await idsOf(ada)).toEqual([sub, sub]);
    expect(await codeOf(unlink(ada, sub))).toBe('204');
    expect(await idsOf(ada)).toEqual([]);
  });

  it('knows nothing of what others have', async () => {
    const [ada, eve, sub] = [await person(), await person(), newSubject()];
    await link(ada, one.token({ sub }));
    expect(await codeOf(unlink(eve, sub))).toBe('404 provider-not-found');
  });

  it('needs a recent proof of who asks', async () => {
    const [ada, sub] = [await person(), newSubject()];
    await link(ada, one.token({ sub }));
    await grow(ada);
    expect(await codeOf(unlink(ada, sub))).toBe('403 reauthentication-required');
  });

  it('never takes the last way to sign in, also when both of two are removed at the same time', async () => {
    const [first, second] = [newSubject(), newSubject()];
    const authenticated_at = new Date().toISOString();
    const email = `${randomUUID()}@example.test`;
    const { body } = await arrive(first, lettingIn, { email, email_verified: true, authenticated_at });
    const as = body as unknown as IdentityContext;
    const call = (method: string, id?: string, shown?: string) =>
      service.call(method, path(id), { as, ...(shown ? { body: { token: shown } } : {}) });
    expect(await codeOf(call('DELETE', first))).toBe('409 last-way-to-sign-in');
    expect(await codeOf(call('POST', undefined, one.token({ sub: second })))).toBe('201');
    const codes = await Promise.all([codeOf(call('DELETE', first)), codeOf(call('DELETE', second))]);
    expect(codes.sort()).toEqual(['204', '409 last-way-to-sign-in']);
  });
});

describe('a crash', () => {
  const step = () => ({ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: null });

  it('between the fact of a link and its counting is made good', async () => {
    const [ada, sub] = [await person(), newSubject()];
    const provider_hash = service.identity.secrets.providerHash(one.issuer, sub);
    const said = { provider_hash, user_id: ada.user_id, issuer: one.issuer, provider: 'one', provider_id: sub };
    const data = { ...said, reason: 'linked' as const, linked_at: new Date().toISOString() };
    await service.identity.store.execute(providers, provider_hash, {
      ...step(),
      decide: () => [{ type: 'ProviderLinked', data }],
    });
    await until('it counts', async () => (await idsOf(ada)).includes(sub));
  });

  it('between the fact of an unlinking and its effect is made good', async () => {
    const [ada, sub] = [await person(), newSubject()];
    await link(ada, one.token({ sub }));
    const provider_hash = service.identity.secrets.providerHash(one.issuer, sub);
    const data = { user_id: ada.user_id, provider_hash };
    const { events } = await service.identity.store.execute(credentials, ada.user_id, {
      ...step(),
      decide: () => [{ type: 'ProviderRemoved', data }],
    });
    await until('it is nobody’s', async () => (await arrive(sub)).status === 401);
    await service.settled();
    const { rows } = await service.identity.pool.query('select kind, key from revocations where source_id = $1', [
      events[0]!.id,
    ]);
    expect(rows).toEqual([{ kind: 'user', key: ada.user_id }]);
    expect((await service.identity.store.load(providers, provider_hash)).state.kind).toBe('free');
  });
});
