import type { ContextRequest } from '@annals/contracts';
import { startTestStores } from '@annals/testing';
import { seedDemo } from './seed/seed.js';
import { demoPassword } from './seed/people.js';
import { identityUnderTest, storeOptions, type IdentityService } from './testing/identity-service.js';

const { service: started } = identityUnderTest(() => startTestStores(storeOptions));
let service: IdentityService;
let acme: SignedIn;
let globex: SignedIn;

interface SignedIn {
  access_token: string;
  session_id: string;
  user_id: string;
  account_id: string;
  accounts: { account_id: string; slug: string; role: string }[];
}

const signIn = async (email: string, over: Record<string, unknown> = {}): Promise<SignedIn> => {
  const { status, body } = await service.call('POST', '/auth/login', {
    body: { email, password: demoPassword, ...over },
  });
  expect(status).toBe(200);
  return body as unknown as SignedIn;
};

beforeAll(async () => {
  service = started();
  await seedDemo(service.identity);
  await service.settled();
  acme = await signIn('admin@acme.test');
  globex = await signIn('admin@globex.test');
});

describe('the demo data', () => {
  it('has everybody in their accounts with their roles', async () => {
    const { body } = await service.call('GET', `/accounts/${acme.account_id}/members?sort_by=name&sort_order=asc`, {
      token: acme.access_token,
    });
    expect(
      (body.data as { email: string; role: string; status: string }[]).map((m) => [m.email, m.role, m.status]),
    ).toEqual([
      ['admin@acme.test', 'ADMIN', 'active'],
      ['analyst@acme.test', 'ANALYTICS', 'active'],
      ['billing@acme.test', 'BILLING', 'active'],
      ['both@annals.test', 'VIEWER', 'active'],
      ['editor@acme.test', 'EDITOR', 'active'],
      ['manager@acme.test', 'MANAGER', 'active'],
      ['viewer@acme.test', 'VIEWER', 'active'],
    ]);
  });

  it('is the same after it was made again', async () => {
    const count = async () => {
      let events = 0;
      for await (const _event of service.identity.store.readAll()) events += 1;
      return events;
    };
    const before = await count();
    await seedDemo(service.identity, new Date('2027-01-01'));
    expect(await count()).toBe(before);
  });

  it('has a super admin, whose context says so and has no right anywhere else', async () => {
    const { user_id, session_id, account_id } = await signIn('root@annals.test');
    const own = await service.context({ user_id, session_id, selector: { account_id } });
    expect(own.body).toMatchObject({ is_super_admin: true, is_system_admin_access: false, role: 'ADMIN' });
    const other = await service.context({ user_id, session_id, selector: { slug: 'acme' } });
    expect([other.status, other.body.code]).toEqual([403, 'no-account-access']);
  });
});

describe('the context of a session', () => {
  const contextOf = ({ user_id, session_id }: SignedIn, selector: ContextRequest['selector']) =>
    service.context({ user_id, session_id, selector });

  it('says who, where and with which rights', async () => {
    const editor = await signIn('editor@acme.test');
    const { body } = await contextOf(editor, { account_id: acme.account_id });
    expect(body).toMatchObject({
      ...{ kind: 'user', user_id: editor.user_id, account_id: acme.account_id, account_slug: 'acme' },
      ...{ session_id: editor.session_id, membership_id: `${acme.account_id}_${editor.user_id}` },
      ...{ role: 'EDITOR', roles: ['EDITOR'], auth_methods: ['pwd'], actor: null },
      permissions: ['CREATE_CONTENT', 'EDIT_ALL_CONTENT', 'PUBLISH_CONTENT', 'VIEW_CONTENT'],
    });
  });

  it('finds the account by id, by slug, or because it is the only one', async () => {
    for (const selector of [
      { account_id: acme.account_id },
      { slug: 'acme' },
      {},
      { token_account_id: acme.account_id },
    ]) {
      expect((await contextOf(acme, selector)).body).toMatchObject({ account_id: acme.account_id });
    }
  });

  it('does not guess among several accounts', async () => {
    const both = await signIn('both@annals.test');
    expect(both.account_id).toBeNull();
    expect(both.accounts.map(({ slug, role }) => [slug, role]).sort()).toEqual([
      ['acme', 'VIEWER'],
      ['globex', 'ADMIN'],
    ]);
    const unsaid = await contextOf(both, {});
    expect([unsaid.status, unsaid.body.code]).toEqual([400, 'account-required']);
    expect((await contextOf(both, { slug: 'globex' })).body).toMatchObject({ role: 'ADMIN' });
  });

  it.each([
    ['an account of others', () => ({ account_id: globex.account_id }), 'no-account-access'],
    ['an account that never was', () => ({ account_id: acme.user_id }), 'no-account-access'],
    ['a slug of others', () => ({ slug: 'globex' }), 'no-account-access'],
    ['a slug of nobody', () => ({ slug: 'initech' }), 'no-account-access'],
    ['two that disagree', () => ({ slug: 'acme', account_id: globex.account_id }), 'account-mismatch'],
    [
      'a slug that the token contradicts',
      () => ({ slug: 'acme', token_account_id: globex.account_id }),
      'account-mismatch',
    ],
  ])('is refused for %s', async (_, selector, code) => {
    const answer = await contextOf(acme, selector());
    expect([answer.status, answer.body.code]).toEqual([403, code]);
  });

  it('is refused for a session of somebody else, and for none', async () => {
    const stolen = await service.context({ user_id: acme.user_id, session_id: globex.session_id, selector: {} });
    expect([stolen.status, stolen.body.code]).toEqual([401, 'session-ended']);
    const none = await service.context({ user_id: acme.user_id, session_id: acme.user_id, selector: {} });
    expect(none.status).toBe(401);
  });

  it('is told to the gateway alone', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${service.url}/internal/contexts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          caller: { kind: 'session', user_id: acme.user_id, session_id: acme.session_id },
          selector: {},
          client: { ip_address: null, user_agent: null },
        }),
      });
    expect((await ask({})).status).toBe(401);
    expect((await ask({ 'x-annals-context': 'forged' })).status).toBe(401);
    expect((await ask(await service.asGateway())).status).toBe(200);
  });
});

describe('switching account', () => {
  it('gives a token for the other account and leaves the first as it is', async () => {
    const both = await signIn('both@annals.test', { account: 'acme' });
    const switched = await service.call('POST', '/auth/switch-account', {
      ...{ token: both.access_token, body: { slug: 'globex' } },
    });
    expect(switched.body).toMatchObject({ account_id: globex.account_id, session_id: both.session_id });
    const accountOf = async (token: string) => (await service.call('GET', '/roles', { token })).status;
    expect(await accountOf(switched.body.access_token as string)).toBe(200);
    // Still a VIEWER of acme there, who may not look at roles.
    expect(await accountOf(both.access_token)).toBe(403);
    const events: unknown[] = [];
    for await (const event of service.identity.store.readStream(`session-${both.session_id}`)) events.push(event);
    expect(events.at(-1)).toMatchObject({
      type: 'AccountSwitched',
      metadata: { account_id: globex.account_id, actor: { user_id: both.user_id } },
    });
  });

  it('is refused for an account of others', async () => {
    const body = { account_id: globex.account_id };
    const answer = await service.call('POST', '/auth/switch-account', { token: acme.access_token, body });
    expect([answer.status, answer.body.code]).toEqual([403, 'no-account-access']);
  });

  it('goes on with the account that a refresh names', async () => {
    const both = (await signIn('both@annals.test')) as SignedIn & { refresh_token: string };
    const body = { refresh_token: both.refresh_token, account: 'globex' };
    expect((await service.call('POST', '/auth/refresh', { body })).body).toMatchObject({
      account_id: globex.account_id,
    });
  });

  it.each(['acme', 'globex'])(
    'goes on with %s, which was signed in to, also after a refresh for another',
    async (account) => {
      const both = (await signIn('both@annals.test', { account })) as SignedIn & { refresh_token: string };
      let { refresh_token } = both;
      for (const named of [{}, { account: account === 'acme' ? 'globex' : 'acme' }, {}]) {
        const { body } = await service.call('POST', '/auth/refresh', { body: { refresh_token, ...named } });
        expect(body.account_id === both.account_id).toBe(!('account' in named));
        refresh_token = body.refresh_token as string;
      }
    },
  );
});

describe('accounts', () => {
  it('are listed for their person', async () => {
    const both = await signIn('both@annals.test', { account: 'acme' });
    const { body } = await service.call('GET', '/accounts?sort_by=name&sort_order=asc', { token: both.access_token });
    expect(body).toMatchObject({
      data: [
        { slug: 'acme', name: 'Acme', kind: 'team', role: 'VIEWER' },
        { slug: 'globex', role: 'ADMIN' },
      ],
      meta: { total_items: 2 },
    });
    const second = await service.call('GET', '/accounts?sort_by=name&sort_order=asc&limit=1&page=2', {
      token: both.access_token,
    });
    expect(second.body).toMatchObject({ data: [{ slug: 'globex' }], meta: { total_pages: 2 } });
  });

  it('carry their revision', async () => {
    const path = `/accounts/${acme.account_id}`;
    const { headers } = await service.call('GET', path, { token: acme.access_token });
    expect(headers.get('etag')).toBe('"0"');
    const again = await service.call('GET', path, {
      ...{ token: acme.access_token, headers: { 'if-none-match': '"0"' } },
    });
    expect(again.status).toBe(304);
  });

  it('of others are as unknown as ones that never were', async () => {
    const get = (path: string) => service.call('GET', path, { token: acme.access_token });
    for (const [theirs, nobodys] of [
      [`/accounts/${globex.account_id}`, `/accounts/${acme.user_id}`],
      [`/accounts/${globex.account_id}/members`, `/accounts/${acme.user_id}/members`],
      [`/users/${globex.user_id}`, `/users/${acme.account_id}`],
    ] as const) {
      const [there, nowhere] = [await get(theirs), await get(nobodys)];
      expect([there.status, there.body.code, there.body.detail]).toEqual([404, nowhere.body.code, nowhere.body.detail]);
    }
  });
});

describe('people of the account', () => {
  const get = (path: string, token = acme.access_token) => service.call('GET', path, { token });
  const emailsOf = async (path: string) => {
    const { body } = await get(path);
    return (body.data as { email: string }[]).map(({ email }) => email);
  };

  it('are found by the beginning of name or address, status and role', async () => {
    expect(await emailsOf('/users?q=mary')).toEqual(['manager@acme.test']);
    expect(await emailsOf('/users?q=MANAGER@')).toEqual(['manager@acme.test']);
    expect(await emailsOf('/users?q=%25')).toEqual([]);
    expect(await emailsOf('/users?role=VIEWER&sort_by=email&sort_order=asc')).toEqual([
      'both@annals.test',
      'viewer@acme.test',
    ]);
    expect(await emailsOf('/users?status=disabled')).toEqual([]);
  });

  it('are paged, also beyond the end', async () => {
    const { body } = await get('/users?limit=3&page=3&sort_by=email&sort_order=asc');
    expect(body).toMatchObject({ data: [{ email: 'viewer@acme.test' }], meta: { total_items: 7, total_pages: 3 } });
    expect((await get('/users?page=100')).body).toMatchObject({ data: [], meta: { total_items: 7 } });
    expect((await get(`/accounts/${acme.account_id}/members?page=100`)).body).toMatchObject({
      meta: { total_items: 7 },
    });
  });

  it('are shown with their role in this account alone', async () => {
    const both = await signIn('both@annals.test');
    const { body, headers } = await get(`/users/${both.user_id}`);
    expect(body).toMatchObject({
      ...{ id: both.user_id, email: 'both@annals.test', status: 'active', is_super_admin: false },
      user_accounts: [{ account_id: acme.account_id, role: 'VIEWER' }],
    });
    expect(headers.get('etag')).toBe('"0"');
  });

  it('are hidden from who is no manager', async () => {
    const viewer = await signIn('viewer@acme.test');
    for (const path of ['/users', '/roles', `/users/${acme.user_id}`, `/accounts/${acme.account_id}/members`]) {
      const answer = await get(path, viewer.access_token);
      expect([answer.status, answer.body.detail]).toEqual([403, 'Requires MANAGER role or higher']);
    }
  });

  it('are shown to a manager', async () => {
    const manager = await signIn('manager@acme.test');
    expect((await get('/users', manager.access_token)).status).toBe(200);
  });
});

describe('roles and permissions', () => {
  it('are those of the specification', async () => {
    const roles = await service.call('GET', '/roles', { token: acme.access_token });
    expect((roles.body.data as { id: string; rank: number | null }[]).map(({ id, rank }) => [id, rank])).toEqual([
      ...[['ADMIN', 0] as const, ['MANAGER', 1] as const, ['EDITOR', 2] as const, ['AUTHOR', 3] as const],
      ...[['VIEWER', 4] as const, ['BILLING', null] as const, ['ANALYTICS', null] as const],
    ]);
    const viewer = await signIn('viewer@acme.test');
    const permissions = await service.call('GET', '/permissions', { token: viewer.access_token });
    expect(permissions.body.data).toEqual(
      expect.arrayContaining([
        {
          ...{ name: 'EDIT_OWN_CONTENT', description: 'Edit content of one’s own' },
          ...{ resource: 'content', action: 'edit', conditions: ['own'] },
        },
      ]),
    );
  });
});
