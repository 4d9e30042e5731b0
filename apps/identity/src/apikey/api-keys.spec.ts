import { randomUUID } from 'node:crypto';
import { apiKeyPrincipal, readApiKey } from '@annals/auth';
import { anonymous, startTestStores, until } from '@annals/testing';
import { withTenant } from '@annals/postgres';
import { derivedId } from '@annals/event-store';
import { demoPassword } from '../seed/people.js';
import { seedDemo } from '../seed/seed.js';
import { revocationsAfter } from '../session/revocations.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from '../testing/identity-service.js';
import { apiKeys, apiKeyStream } from './api-key.js';
import { createApiKey } from './create-api-key.js';
import { keyText } from './key-text.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
let token: string;
let acme: string;
let globex: string;

interface Issued {
  id: string;
  key: string;
  status: string;
  expires_at: string;
}

const signIn = async (email: string) => {
  const { body } = await service.call('POST', '/auth/login', { body: { email, password: demoPassword } });
  return body as unknown as { access_token: string; account_id: string; user_id: string; session_id: string };
};

beforeAll(async () => {
  service = started();
  await seedDemo(service.identity);
  await service.settled();
  ({ access_token: token, account_id: acme } = await signIn('admin@acme.test'));
  ({ account_id: globex } = await signIn('admin@globex.test'));
});

const wanted = { name: 'Nightly export', scopes: ['VIEW_AUDIT_LOG', 'REPLAY_EVENTS'] };
const make = (body: object = wanted, headers: Record<string, string> = {}) =>
  service.call('POST', '/api-keys', { token, body, headers });
const made = async (body: object = wanted): Promise<Issued> => {
  const answer = await make(body);
  expect(answer.status).toBe(201);
  return answer.body as unknown as Issued;
};
const use = (key: string, selector: { account_id?: string; slug?: string } = {}): Promise<Answer> =>
  service.contextOf({
    ...{ caller: { kind: 'api_key', key }, selector, account_optional: false },
    client: { ip_address: '203.0.113.7', user_agent: 'jest' },
  });
const codeOf = ({ status, body }: Answer) => [status, body.code];
const hashesOf = (keyId: string) =>
  withTenant(service.identity.pool, { accountId: acme }, async (tx) => {
    const text = 'select secret_hash from api_key_credentials where key_id = $1';
    const { rows } = await tx.query<{ secret_hash: Buffer }>(text, [keyId]);
    return rows.map((row) => row.secret_hash);
  });

describe('a key', () => {
  it('is shown with its text once, and for 90 days unless said', async () => {
    const { id, key, ...rest } = await made();
    expect(rest).toMatchObject({ ...wanted, scopes: [...wanted.scopes].sort(), status: 'active', last_used_at: null });
    expect(Date.parse(rest.expires_at) - Date.now()).toBeGreaterThan(89 * 86_400_000);
    expect(readApiKey(key)).toMatchObject({ account_id: acme, key_id: id });
    const { body, headers } = await service.call('GET', `/api-keys/${id}`, { token });
    expect(body).toMatchObject({ id, name: 'Nightly export', status: 'active' });
    expect(body).not.toHaveProperty('key');
    expect(headers.get('etag')).toBe('"0"');
  });

  it('leaves its secret neither in an event nor in a table', async () => {
    const { id, key } = await made();
    const { secret } = readApiKey(key)!;
    expect(secret).toHaveLength(32);
    for await (const event of service.identity.store.readStream(`apikey-${acme}_${id}`)) {
      expect(JSON.stringify(event.data)).not.toContain(key.slice(-49));
    }
    const hashes = await hashesOf(id);
    expect([hashes.length, hashes[0]!.equals(secret)]).toEqual([1, false]);
  });

  it('gives a service account of its account the scopes as permissions, and ends with the key', async () => {
    const { id, key, expires_at } = await made();
    const { status, body } = await use(key);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ kind: 'service', principal: apiKeyPrincipal(id), user_id: null, account_id: acme, account_slug: 'acme' },
      ...{ role: null, roles: [], permissions: [...wanted.scopes].sort(), session_id: null, valid_until: expires_at },
    });
  });

  it('works in its own account alone, however that is named', async () => {
    const { key } = await made();
    expect((await use(key, { account_id: acme, slug: 'acme' })).status).toBe(200);
    expect(codeOf(await use(key, { account_id: globex }))).toEqual([403, 'account-mismatch']);
    expect(codeOf(await use(key, { slug: 'globex' }))).toEqual([403, 'account-mismatch']);
    expect(codeOf(await use(key, { slug: 'nobody' }))).toEqual([403, 'no-account-access']);
  });

  it('shows when it was last used', async () => {
    const { id, key } = await made();
    await use(key);
    const { body } = await service.call('GET', `/api-keys/${id}`, { token });
    expect(Date.parse(String(body.last_used_at))).toBeGreaterThan(Date.now() - 60_000);
  });

  it('is listed with the others, newest first, without texts', async () => {
    const { id } = await made({ ...wanted, name: 'Listed' });
    await service.settled();
    const { body } = await service.call('GET', '/api-keys?limit=1', { token });
    expect(body.data).toEqual([expect.objectContaining({ id, name: 'Listed', status: 'active' })]);
    expect(JSON.stringify(body)).not.toContain('annals_');
    expect(body.meta).toMatchObject({ limit: 1, current_page: 1 });
  });
});

describe('a key that does not count', () => {
  it.each([
    ['a word that only looks like one', () => Promise.resolve('annals_x')],
    [
      'a well-formed one that never was',
      async () => keyText(service.identity.secrets, { account_id: acme, key_id: randomUUID() }, randomUUID()),
    ],
    [
      'the right key with another secret',
      async () => keyText(service.identity.secrets, { account_id: acme, key_id: (await made()).id }, randomUUID()),
    ],
    [
      'the right secret in another account',
      async () => {
        const { id, key } = await made();
        return keyText(service.identity.secrets, { account_id: globex, key_id: id }, readApiKey(key)!.key_id);
      },
    ],
  ])('is %s: 401', async (_what, text) => expect(codeOf(await use(await text()))).toEqual([401, 'api-key-invalid']));

  it('is an expired one: 401', async () => {
    const { key } = await expiredKey();
    expect(codeOf(await use(key))).toEqual([401, 'api-key-expired']);
  });
});

describe('rotating', () => {
  const rotate = (id: string, body: object = {}, headers: Record<string, string> = {}) =>
    service.call('POST', `/api-keys/${id}/rotate`, { token, body, headers });

  it('ends the old text at once, and the new one works', async () => {
    const { id, key } = await made();
    const { status, body } = await rotate(id);
    expect(status).toBe(200);
    expect(body.key).not.toBe(key);
    expect(codeOf(await use(key))).toEqual([401, 'api-key-invalid']);
    expect((await use(String(body.key))).status).toBe(200);
  });

  it('keeps the old text for the overlap, whose end is the end of its context', async () => {
    const { id, key, expires_at } = await made();
    const { body } = await rotate(id, { overlap_hours: 2 });
    const old = await use(key);
    expect(old.status).toBe(200);
    expect(Date.parse(String(old.body.valid_until))).toBeLessThan(Date.now() + 2 * 3_600_000 + 1);
    expect((await use(String(body.key))).body.valid_until).toBe(expires_at);
  });

  it('answers a repetition with the same text', async () => {
    const { id } = await made();
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [await rotate(id, {}, key), await rotate(id, {}, key)];
    expect(again.body.key).toBe(first.body.key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is refused for a key of nobody, of another account, and one that is over', async () => {
    const { id } = await made();
    const foreign = await signIn('admin@globex.test');
    const theirs = await service.call('POST', `/api-keys/${id}/rotate`, { token: foreign.access_token, body: {} });
    expect([codeOf(await rotate(randomUUID())), codeOf(theirs)]).toEqual([
      [404, 'api-key-not-found'],
      [404, 'api-key-not-found'],
    ]);
    await service.call('DELETE', `/api-keys/${id}`, { token });
    expect(codeOf(await rotate(id))).toEqual([409, 'api-key-over']);
  });
});

describe('revoking', () => {
  it('ends the key before the answer, with a marker for the gateways, and forgets its hashes', async () => {
    const { id, key } = await made();
    expect((await service.call('DELETE', `/api-keys/${id}`, { token })).status).toBe(204);
    expect(codeOf(await use(key))).toEqual([401, 'api-key-invalid']);
    const markers = await revocationsAfter(service.identity.pool, 0);
    expect(markers).toContainEqual(expect.objectContaining({ kind: 'api_key', key: id }));
    expect(await hashesOf(id)).toEqual([]);
    expect((await service.call('GET', `/api-keys/${id}`, { token })).body.status).toBe('revoked');
  });

  it('twice is once, and a key of nobody is not found', async () => {
    const { id } = await made();
    const answers = [];
    for (const path of [id, id, randomUUID()]) {
      answers.push((await service.call('DELETE', `/api-keys/${path}`, { token })).status);
    }
    expect(answers).toEqual([204, 204, 404]);
  });
});

describe('making a key', () => {
  it('answers a repetition with the same text, and makes one key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = [await make(wanted, key), await make(wanted, key)];
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(codeOf(await make({ ...wanted, name: 'Other' }, key))).toEqual([422, 'idempotency-key-reused']);
  });

  it('needs the permission, and scopes that its maker has', async () => {
    const viewer = await signIn('viewer@acme.test');
    const refused = await service.call('POST', '/api-keys', { token: viewer.access_token, body: wanted });
    expect(codeOf(refused)).toEqual([403, 'permission-required']);
  });

  it('refuses an end in the past, and one beyond a year', async () => {
    for (const expires_at of ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z']) {
      expect(codeOf(await make({ ...wanted, expires_at }))).toEqual([400, 'api-key-expiry']);
    }
  });

  it('is finished by a reactor when the command fell after the fact', async () => {
    const commandId = randomUUID();
    const { key, text } = await factOnly(commandId, '2099-01-01T00:00:00.000Z');
    await until('the key counts', async () => (await use(text)).status === 200);
    expect(await hashesOf(key.key_id)).toHaveLength(1);
  });

  it('stops at fifty keys that live; revoked and expired ones do not count', async () => {
    const answers: number[] = [];
    const ids: string[] = [];
    while (answers.at(-1) !== 409) {
      const { status, body } = await make();
      answers.push(status);
      ids.push(String(body.id));
    }
    expect(codeOf(await make())).toEqual([409, 'too-many-api-keys']);
    await service.call('DELETE', `/api-keys/${ids[0]}`, { token });
    const parallel = await Promise.all([make(), make(), make()]);
    expect(parallel.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });
});

it('a key of a closed account is refused', async () => {
  const accountId = randomUUID();
  const { text } = await factOnly(randomUUID(), '2099-01-01T00:00:00.000Z', accountId);
  await until('the key is known', async () => (await use(text)).status === 403);
  expect(codeOf(await use(text))).toEqual([403, 'account-closed']);
});

/** The fact of a key, as a process leaves it that falls right after the append. */
async function factOnly(commandId: string, expires_at: string, account_id = acme) {
  const key = { account_id, key_id: derivedId(commandId, 'api-key') };
  const credential_id = derivedId(commandId, 'credential');
  const { store, secrets } = service.identity;
  const context = anonymous({ timestamp: new Date().toISOString() });
  const far = { ...key, credential_id, ...wanted, created_by_id: randomUUID(), expires_at };
  await store.execute(apiKeys, apiKeyStream(key), {
    ...{ id: commandId, context, now: context.timestamp, accountId: account_id },
    // A day before its end, so that the end may lie anywhere.
    decide: (state) => createApiKey(state, { ...far, scopes: ['VIEW_AUDIT_LOG'], now: dayBefore(expires_at) }),
  });
  return { key, text: keyText(secrets, key, credential_id) };
}
async function expiredKey() {
  const { key, text } = await factOnly(randomUUID(), '2026-01-02T00:00:00.000Z');
  await until('its hash is kept', async () => (await hashesOf(key.key_id)).length === 1);
  return { key: text };
}
const dayBefore = (moment: string) => new Date(Date.parse(moment) - 86_400_000).toISOString();
