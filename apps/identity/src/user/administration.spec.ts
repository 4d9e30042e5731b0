import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { anonymous, startTestStores } from '@annals/testing';
import { accounts } from '../account/account.js';
import type { Asking } from '../asking.js';
import { admit } from '../membership/grant-membership.js';
import { demoPassword } from '../seed/people.js';
import { seedDemo } from '../seed/seed.js';
import { identityUnderTest, storeOptions, type Answer, type IdentityService } from '../testing/identity-service.js';
import { makeKnown } from './make-known.js';
import { users } from './user.js';

// Many requests at once take long where much else is going on.
jest.setTimeout(180_000);

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
let admin: SignedIn;
let both: SignedIn;
let acme: string;
let globex: string;

interface SignedIn {
  access_token: string;
  refresh_token: string;
  session_id: string;
  user_id: string;
  account_id: string;
}

const login = (email: string, password = demoPassword) =>
  service.call('POST', '/auth/login', { body: { email, password } });
const signIn = async (email: string): Promise<SignedIn> => {
  const { status, body } = await login(email);
  expect(status).toBe(200);
  return body as unknown as SignedIn;
};

beforeAll(async () => {
  service = started();
  await seedDemo(service.identity);
  await service.settled();
  admin = await signIn('admin@acme.test');
  both = await signIn('both@annals.test');
  acme = admin.account_id;
  globex = (await signIn('admin@globex.test')).account_id;
});
// An access token lasts five minutes, and this file may take longer.
beforeEach(async () => {
  const { body } = await service.call('POST', '/auth/refresh', { body: { refresh_token: admin.refresh_token } });
  admin = body as unknown as SignedIn;
});

const newAddress = () => `${randomUUID()}@example.test`;
const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}, who = admin) =>
  service.call(method, path, {
    token: who.access_token,
    account: acme,
    headers,
    ...(body === undefined ? {} : { body }),
  });
const create = (over: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  ask('POST', '/users', { email: newAddress(), name: 'Grace Hopper', ...over }, headers);
const created = async (over: Record<string, unknown> = {}) => {
  const { status, body } = await create(over);
  expect(status).toBe(201);
  return body as { id: string; email: string };
};
const codeOf = ({ status, body }: Answer) => [status, body.code];
const mailTo = async (email: string) => {
  // What one reactor writes, another sends.
  await service.settled();
  await service.settled();
  const { body } = await service.call('GET', `/dev/mail?to=${encodeURIComponent(email)}`);
  return body.data as { subject: string; codes: string[] }[];
};
/** A created person who has accepted, and so has a password. */
const arrived = async (over: Record<string, unknown> = {}) => {
  const person = await created(over);
  const [mail] = await mailTo(person.email);
  const accepted = await service.call('POST', '/invitations/accept', {
    body: { token: mail!.codes[0], password: demoPassword },
  });
  expect(accepted.status).toBe(200);
  return { ...person, ...(await signIn(person.email)) };
};

describe('making a person known', () => {
  it('answers the whole person: pending, VIEWER, a member, with who did it', async () => {
    const email = newAddress();
    const answer = await create({ email: email.toUpperCase(), profile_image: 'https://pictures.test/g.png' });
    const { body } = answer;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/v1/users/${body.id as string}`);
    expect(body).toMatchObject({
      ...{ email, name: 'Grace Hopper', status: 'pending', profile_image: 'https://pictures.test/g.png' },
      ...{ is_super_admin: false, provider_ids: [], user_accounts: [{ account_id: acme, role: 'VIEWER' }] },
      ...{ created_by_id: admin.user_id, updated_by_id: admin.user_id, deleted_at: null, deleted_by_id: null },
    });
    const read = await ask('GET', `/users/${body.id as string}`);
    expect(read.body).toEqual(body);
    expect(read.headers.get('etag')).toBe(answer.headers.get('etag'));
  });

  it('is found in lists by whoever waits for it', async () => {
    const { headers, body } = await create();
    const listed = await ask('GET', `/users?q=${String(body.email)}`, undefined, {
      'x-min-position': headers.get('x-position')!,
    });
    expect(listed.body.data).toEqual([{ id: body.id, email: body.email, name: 'Grace Hopper', status: 'pending' }]);
  });

  it('sends one mail, an invitation, with which they set a password', async () => {
    const person = await arrived();
    expect((await mailTo(person.email)).map(({ subject }) => subject)).toContain('You are invited to Acme');
    expect((await ask('GET', `/users/${person.id}`)).body).toMatchObject({ status: 'active' });
  });

  it('of an address that somebody has is refused, however it is written', async () => {
    expect(codeOf(await create({ email: 'Viewer@ACME.test' }))).toEqual([409, 'email-taken']);
  });

  it('twice at once has one winner', async () => {
    const email = newAddress();
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ email })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
  });

  it('with the same key is one person and one answer, and another body is refused', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const email = newAddress();
    const [first, again] = [await create({ email }, key), await create({ email }, key)];
    expect(again.body).toEqual(first.body);
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await mailTo(email)).toHaveLength(1);
    expect(codeOf(await create({ email: newAddress() }, key))).toEqual([422, 'idempotency-key-reused']);
  });

  it('takes them into further accounts where the caller is ADMIN too, and nowhere else', async () => {
    expect(codeOf(await create({ account_ids: [globex] }))).toEqual([403, 'account-not-yours']);
    const answer = await service.call('POST', '/users', {
      ...{ token: both.access_token, account: globex },
      body: { email: newAddress(), name: 'Both', account_ids: [globex, globex] },
    });
    expect(answer.body.user_accounts).toEqual([{ account_id: globex, role: 'VIEWER' }]);
  });

  it.each([
    ['a picture that is not fetched by HTTPS', { profile_image: 'http://pictures.test/g.png' }],
    ['a picture behind a password', { profile_image: 'https://me:secret@pictures.test/g.png' }],
    ['no address', { email: 'nobody' }],
    ['a field nobody knows', { status: 'active' }],
  ])('refuses %s', async (_, over) => {
    expect(codeOf(await create(over))).toEqual([400, 'body-invalid']);
  });

  it('is for administrators', async () => {
    const manager = await signIn('manager@acme.test');
    const answer = await ask('POST', '/users', { email: newAddress(), name: 'X' }, {}, manager);
    expect(codeOf(answer)).toEqual([403, 'permission-required']);
  });

  it('is finished by a reactor when the process died after the fact', async () => {
    const { identity } = service;
    const [user_id, email] = [randomUUID(), newAddress()];
    const asking: Asking = {
      ...{ commandId: randomUUID(), now: new Date().toISOString() },
      context: { ...anonymous(), ...serviceIdentity('svc:identity', { accountId: acme }) },
    };
    await makeKnown(identity, asking, {
      ...{ user_id, email, email_hash: identity.secrets.emailHash(email), name: 'Half', profile_image: null },
      ...{ home_account_id: null, status: 'pending', managed_by: acme, joins: [{ account_id: acme, role: 'ADMIN' }] },
    });
    expect(await mailTo(email)).toHaveLength(1);
    expect((await ask('GET', `/users/${user_id}`)).body.user_accounts).toEqual([{ account_id: acme, role: 'ADMIN' }]);
    const { state } = await identity.store.load(accounts, acme);
    expect(state).toMatchObject({ admins: expect.arrayContaining([user_id]) as string[] });
  });
});

describe('changing a person', () => {
  it('replaces or patches what is said, once, and says who did it', async () => {
    const { id } = await created();
    const patched = await ask('PATCH', `/users/${id}`, { name: 'Rear Admiral', profile_image: 'https://p.test/1' });
    expect(patched.body).toMatchObject({ name: 'Rear Admiral', profile_image: 'https://p.test/1', status: 'pending' });
    const same = await ask('PATCH', `/users/${id}`, { name: 'Rear Admiral' });
    expect(same.headers.get('etag')).toBe(patched.headers.get('etag'));
    const put = await ask('PUT', `/users/${id}`, { name: 'Grace', profile_image: null, status: 'active' });
    expect(put.body).toMatchObject({ name: 'Grace', profile_image: null, updated_by_id: admin.user_id });
    expect(codeOf(await ask('PUT', `/users/${id}`, { name: 'Grace' }))).toEqual([400, 'body-invalid']);
    expect((await ask('GET', `/users/${id}`)).body).toEqual(put.body);
  });

  it('is refused for who has seen an older state', async () => {
    const { id } = await created();
    const first = await ask('PATCH', `/users/${id}`, { name: 'One' }, { 'if-match': '"0"' });
    expect(first.status).toBe(200);
    expect(codeOf(await ask('PATCH', `/users/${id}`, { name: 'Two' }, { 'if-match': '"0"' }))).toEqual([
      412,
      'stale-revision',
    ]);
  });

  it('disables and enables by status, in the same breath as a new name', async () => {
    const { id } = await created();
    const off = await ask('PATCH', `/users/${id}`, { name: 'Gone', status: 'disabled' });
    expect(off.body).toMatchObject({ name: 'Gone', status: 'disabled' });
    expect((await ask('PATCH', `/users/${id}`, { status: 'active' })).body).toMatchObject({ status: 'pending' });
  });

  it('is for the account that looks after them; another can end the membership', async () => {
    const answer = await service.call('PATCH', `/users/${both.user_id}`, {
      ...{ token: (await signIn('admin@globex.test')).access_token, body: { name: 'Mine' } },
    });
    expect(codeOf(answer)).toEqual([403, 'person-managed-elsewhere']);
    expect((await ask('PATCH', `/users/${both.user_id}`, { name: 'Bo Both' })).status).toBe(200);
  });

  it('of somebody who is no member finds nobody', async () => {
    const stranger = await signIn('admin@globex.test');
    for (const id of [stranger.user_id, randomUUID()]) {
      expect(codeOf(await ask('PATCH', `/users/${id}`, { name: 'X' }))).toEqual([404, 'user-not-found']);
    }
  });
});

describe.each([
  ['disabling', 'POST', '/disable', 'POST', '/enable', 'disabled'],
  ['deleting', 'DELETE', '', 'POST', '/restore', 'deleted'],
] as const)('%s a person', (_, method, path, backMethod, backPath, status) => {
  const out = (id: string, who = admin) => ask(method, `/users/${id}${path}`, undefined, {}, who);
  const back = (id: string) => ask(backMethod, `/users/${id}${backPath}`);

  it('puts them out everywhere before the answer, with the answer of a wrong password, until they are back', async () => {
    const person = await arrived();
    const asked = { user_id: person.user_id, session_id: person.session_id, selector: { account_id: acme } };
    expect((await service.context(asked)).status).toBe(200);
    expect((await out(person.id)).status).toBe(status === 'deleted' ? 204 : 200);
    expect((await service.context(asked)).status).toBe(401);
    expect(codeOf(await login(person.email))).toEqual([401, 'sign-in-refused']);
    const { rows } = await service.identity.pool.query('select from revocations where kind = $1 and key = $2', [
      'user',
      person.user_id,
    ]);
    expect(rows.length).toBeGreaterThan(0);
    const refreshed = await service.call('POST', '/auth/refresh', { body: { refresh_token: person.refresh_token } });
    expect(refreshed.status).toBe(401);

    expect((await back(person.id)).body).toMatchObject({ status: 'active', deleted_at: null, deleted_by_id: null });
    expect((await service.context(asked)).status).toBe(401);
    await service.settled();
    expect((await login(person.email)).status).toBe(200);
  });

  it('twice is once', async () => {
    const { id } = await created();
    const [first, again] = [await out(id), await out(id)];
    expect([again.status, again.headers.get('etag')]).toEqual([first.status, first.headers.get('etag')]);
    const [in1, in2] = [await back(id), await back(id)];
    expect(in2.body).toEqual(in1.body);
  });

  it('oneself is refused', async () => {
    expect(codeOf(await out(admin.user_id))).toEqual([409, 'own-user']);
  });

  it('keeps somebody who runs the account, and seats them again when they are back', async () => {
    const other = await arrived({ role: 'ADMIN' });
    const admins = async () => {
      const { state } = await service.identity.store.load(accounts, acme);
      return state.kind === 'open' ? state.admins : [];
    };
    expect(await admins()).toContain(other.id);
    await out(other.id);
    expect(await admins()).not.toContain(other.id);
    await back(other.id);
    expect(await admins()).toContain(other.id);
    await ask('DELETE', `/users/${other.id}`);
  });

  it('is done by a reactor when the process died after the fact', async () => {
    const person = await arrived();
    const data = { user_id: person.id, status };
    const fact =
      status === 'disabled'
        ? { type: 'UserDisabled', data: { ...data, reason: null } }
        : { type: 'UserDeleted', data: { ...data, deleted_at: '2026-03-01T12:00:00.000Z', deleted_by_id: null } };
    await service.identity.store.execute(users, person.id, {
      ...{ id: randomUUID(), context: anonymous(), now: new Date().toISOString(), accountId: acme },
      decide: () => [fact],
    });
    await service.settled();
    const { rows } = await service.identity.pool.query<{ kind: string }>(
      'select kind from revocations where key = any($1) order by kind',
      [[person.user_id, person.session_id]],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['session', 'user']);
  });
});

describe('a deleted person', () => {
  it('is shown with when and by whom to administrators, and to nobody else', async () => {
    const { id, email } = await created();
    const { headers } = await ask('DELETE', `/users/${id}`);
    expect((await ask('GET', `/users/${id}`)).body).toMatchObject({
      ...{ id, email, status: 'deleted', deleted_by_id: admin.user_id, deleted_at: expect.any(String) as string },
    });
    const manager = await signIn('manager@acme.test');
    expect(codeOf(await ask('GET', `/users/${id}`, undefined, {}, manager))).toEqual([404, 'user-not-found']);
    const fresh = { 'x-min-position': headers.get('x-position')! };
    const listed = async (query: string, who = admin) => ask('GET', `/users?q=${email}${query}`, undefined, fresh, who);
    expect((await listed('')).body.data).toEqual([]);
    expect((await listed('&include_deleted=true')).body.data).toMatchObject([{ id, status: 'deleted' }]);
    expect((await listed('&status=deleted')).body.data).toHaveLength(1);
    const { body } = await ask('GET', `/accounts/${acme}/members?limit=100`, undefined, fresh);
    expect((body.data as { user_id: string }[]).map(({ user_id }) => user_id)).not.toContain(id);
    expect(codeOf(await listed('&status=deleted', manager))).toEqual([403, 'permission-required']);
  });

  it('keeps the address, and cannot be changed', async () => {
    const { id, email } = await created();
    await ask('DELETE', `/users/${id}`);
    expect(codeOf(await create({ email }))).toEqual([409, 'email-taken']);
    for (const [method, path, body] of [
      ['PATCH', '', { name: 'X' }],
      ['POST', '/disable', {}],
      ['POST', '/enable', undefined],
    ] as const) {
      expect(codeOf(await ask(method, `/users/${id}${path}`, body))).toEqual([409, 'user-deleted']);
    }
  });

  it('of another account is as unknown as nobody', async () => {
    const { id } = await created();
    await admit(
      service.identity,
      { commandId: randomUUID(), context: anonymous(), now: new Date().toISOString() },
      { account_id: globex, user_id: id, role: 'VIEWER' },
    );
    await ask('DELETE', `/users/${id}`);
    const there = await signIn('admin@globex.test');
    const call = (method: string, path: string) =>
      service.call(method, `/users/${id}${path}`, { token: there.access_token, account: globex });
    expect(codeOf(await call('GET', ''))).toEqual([404, 'user-not-found']);
    expect(codeOf(await call('POST', '/restore'))).toEqual([404, 'user-not-found']);
  });
});

describe('the last who runs an account', () => {
  const adminsOf = async (accountId: string) => {
    const { state } = await service.identity.store.load(accounts, accountId);
    return state.kind === 'open' ? state.admins : [];
  };
  /** Somebody acme looks after, who opened an account of their own. */
  const owner = async () => {
    const person = await arrived();
    const { body } = await service.call('POST', '/accounts', {
      ...{ token: person.access_token, body: { name: `Own ${person.id}` } },
    });
    const account_id = body.id as string;
    await service.settled();
    return { ...person, account_id };
  };

  it('is not put out by a super admin who came to help', async () => {
    const { id, account_id } = await owner();
    const root = await signIn('root@annals.test');
    const body = { account_id, reason: 'somebody left the company' };
    expect((await service.call('POST', '/elevations', { token: root.access_token, body })).status).toBe(201);
    const call = (method: string, path: string) =>
      service.call(method, `/users/${id}${path}`, { token: root.access_token, account: account_id });
    expect(codeOf(await call('POST', '/disable'))).toEqual([409, 'last-admin']);
    expect(codeOf(await call('DELETE', ''))).toEqual([409, 'last-admin']);
    expect((await ask('GET', `/users/${id}`)).body).toMatchObject({ status: 'active' });
  });

  it('is put out by the account that looks after them, and keeps the seat where nobody else has one', async () => {
    const { id, account_id } = await owner();
    expect((await ask('POST', `/users/${id}/disable`, { reason: 'left' })).status).toBe(200);
    await service.settled();
    expect(await adminsOf(account_id)).toEqual([id]);
  });
});

describe('a list of people', () => {
  const list = (query: string, who = admin) => ask('GET', `/users?${query}`, undefined, {}, who);
  const walk = async (query: string) => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await list(`${query}&limit=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
      cursor = (body.meta as { next_cursor: string | null }).next_cursor;
    }
    return seen;
  };

  it.each(['name', 'email', 'created_at'])('by %s is the same by cursor as by number', async (sortBy) => {
    await service.settled();
    for (const order of ['asc', 'desc']) {
      const query = `sort_by=${sortBy}&sort_order=${order}`;
      const { body } = await list(`${query}&limit=100`);
      const whole = (body.data as { id: string }[]).map(({ id }) => id);
      expect(whole).toHaveLength((body.meta as { total_items: number }).total_items);
      expect(await walk(query)).toEqual(whole);
    }
  });

  it('tells no total by cursor', async () => {
    const first = (await list('limit=1&sort_by=email')).body.meta as { next_cursor: string };
    const { body } = await list(`limit=1&sort_by=email&cursor=${first.next_cursor}`);
    expect(body.meta).toEqual({ limit: 1, has_next_page: true, next_cursor: expect.any(String) as string });
  });

  it('takes no cursor of another account, filter or order, nor any other text', async () => {
    const { next_cursor } = (await list('limit=1')).body.meta as { next_cursor: string };
    for (const query of [
      `limit=1&sort_by=name&cursor=${next_cursor}`,
      `limit=1&q=a&cursor=${next_cursor}`,
      'cursor=x',
    ]) {
      expect(codeOf(await list(query))).toEqual([400, 'cursor-invalid']);
    }
    const there = await signIn('admin@globex.test');
    const elsewhere = await service.call('GET', `/users?limit=1&cursor=${next_cursor}`, { token: there.access_token });
    expect(codeOf(elsewhere)).toEqual([400, 'cursor-invalid']);
  });

  it('finds a word of the name, whatever the accents, and a part of the address', async () => {
    const mark = randomUUID().slice(0, 8);
    const { id } = await created({ name: `José O'Neill-${mark}`, email: `first.${mark}@example.test` });
    await service.settled();
    for (const q of [mark, `jose o'neill-${mark}`, `FIRST.${mark}`, `neill-${mark.slice(0, 4)}`]) {
      const { body } = await list(`q=${encodeURIComponent(q)}`);
      expect((body.data as { id: string }[]).map((one) => one.id)).toEqual([id]);
    }
    expect((await list(`q=${mark.slice(1)}`)).body.data).toEqual([]);
  });
});
