import { identitySchemas, type Access, type Condition, type IdentityContext } from '@annals/contracts';
import {
  hasPermission,
  hasRole,
  isElevated,
  requireAccess,
  requireAllPermissions,
  requireAnyPermission,
  requireRole,
} from './access.js';
import { personIdentity, serviceIdentity } from './identity.js';

const person = (known: Partial<IdentityContext> = {}): IdentityContext => ({
  ...personIdentity({
    user_id: '0190a000-0000-7000-8000-000000000001',
    account_id: '0190a000-0000-7000-8000-0000000000aa',
    role: 'VIEWER',
    roles: ['VIEWER'],
  }),
  ...known,
});

const { RoleId } = identitySchemas;
const anonymous = { kind: 'anonymous' } as const;
const refusalOf = (act: () => void) => {
  try {
    act();
    return undefined;
  } catch (error) {
    const { status, code, message } = error as { status: number; code: string; message: string };
    return { status, code, message };
  }
};

describe('hasRole', () => {
  it.each([
    ['ADMIN', 'MANAGER', true],
    ['MANAGER', 'MANAGER', true],
    ['EDITOR', 'MANAGER', false],
    ['VIEWER', 'VIEWER', true],
    ['BILLING', 'VIEWER', false],
    ['ANALYTICS', 'VIEWER', false],
  ] as const)('%s passes %s: %s', (role, min, passes) => {
    expect(hasRole(person({ role, roles: [role] }), min)).toBe(passes);
  });

  it('passes a role outside the hierarchy only where it is named', () => {
    const billing = person({ role: 'BILLING', roles: ['BILLING'] });
    expect(hasRole(billing, 'ADMIN', 'BILLING')).toBe(true);
    expect(hasRole(person({ role: 'VIEWER', roles: ['VIEWER', 'BILLING'] }), 'ADMIN', 'BILLING')).toBe(true);
  });

  it('gives nobody, and a member without a role, nothing', () => {
    expect(hasRole(anonymous, 'VIEWER')).toBe(false);
    expect(hasRole(person({ role: null, roles: [] }), 'VIEWER')).toBe(false);
  });

  it('does not count a custom role by its place in the list of roles', () => {
    expect(hasRole(person({ role: 'VIEWER', roles: ['VIEWER', 'ADMIN'] }), 'ADMIN')).toBe(false);
  });

  it('takes no role of an account for one that is named, whatever it inherits: their ids are no names', () => {
    expect(RoleId.safeParse('BILLING-2').success).toBe(false);
    const custom = '0190a000-0000-7000-8000-0000000000b1';
    expect(hasRole(person({ roles: ['VIEWER', custom] }), 'ADMIN', 'BILLING')).toBe(false);
  });
});

describe('a super admin', () => {
  const root = person({ role: null, roles: [], permissions: [], is_super_admin: true });

  it('is nobody special without an elevation', () => {
    expect(isElevated(root)).toBe(false);
    expect(hasRole(root, 'VIEWER')).toBe(false);
    expect(hasPermission(root, 'VIEW_CONTENT')).toBe(false);
  });

  it('passes as ADMIN inside one', () => {
    const elevated = { ...root, is_system_admin_access: true };
    expect(hasRole(elevated, 'ADMIN')).toBe(true);
    expect(hasPermission(elevated, 'MANAGE_ROLES')).toBe(true);
  });

  it('cannot be claimed by the elevation mark alone', () => {
    expect(isElevated(person({ is_system_admin_access: true }))).toBe(false);
  });
});

describe('requireAccess', () => {
  const viewer = person({ role: 'VIEWER', roles: ['VIEWER'], permissions: ['VIEW_CONTENT'] });
  const cases: [string, Access, IdentityContext | typeof anonymous, ReturnType<typeof refusalOf>][] = [
    ['lets anybody through an open door', { kind: 'open' }, anonymous, undefined],
    [
      'asks who is there',
      { kind: 'user' },
      anonymous,
      { status: 401, code: 'sign-in-required', message: 'Sign in to do this' },
    ],
    ['lets a person in', { kind: 'user' }, viewer, undefined],
    [
      'needs an account',
      { kind: 'user' },
      person({ account_id: null }),
      { status: 400, code: 'account-required', message: 'Say for which account: send account-id' },
    ],
    [
      'needs the role',
      { kind: 'role', min: 'MANAGER' },
      viewer,
      { status: 403, code: 'role-required', message: 'Requires MANAGER role or higher' },
    ],
    ['takes the role', { kind: 'role', min: 'VIEWER' }, viewer, undefined],
    [
      'takes a role named beside it',
      { kind: 'role', min: 'ADMIN', also: ['BILLING'] },
      person({ role: 'BILLING' }),
      undefined,
    ],
    [
      'needs the permission',
      { kind: 'permission', permission: 'VIEW_ANALYTICS' },
      viewer,
      { status: 403, code: 'permission-required', message: 'Missing permission: VIEW_ANALYTICS' },
    ],
    ['takes the permission', { kind: 'permission', permission: 'VIEW_CONTENT' }, viewer, undefined],
    [
      'does not take a service for a person',
      { kind: 'user' },
      serviceIdentity('svc:x', { accountId: viewer.account_id }),
      { status: 403, code: 'person-required', message: 'This is done by or for a person' },
    ],
    [
      'takes a service that works for a person',
      { kind: 'user' },
      serviceIdentity('svc:x', { accountId: viewer.account_id, userId: viewer.user_id }),
      undefined,
    ],
    [
      'gives a service no role',
      { kind: 'role', min: 'VIEWER' },
      serviceIdentity('svc:x', { accountId: viewer.account_id }),
      { status: 403, code: 'role-required', message: 'Requires VIEWER role or higher' },
    ],
    [
      'gives a service the permissions it names',
      { kind: 'permission', permission: 'READ_PII' },
      serviceIdentity('svc:x', { accountId: viewer.account_id, permissions: ['READ_PII'] }),
      undefined,
    ],
  ];
  it.each(cases)('%s', (_, access, caller, refusal) => {
    expect(refusalOf(() => requireAccess(access, caller))).toEqual(refusal);
  });
});

describe('requireAccess to what is the house’s', () => {
  const access: Access = { kind: 'super_admin' };
  const refused = { status: 403, code: 'super-admin-required' };

  it('lets super admins in, in an account, by an elevation and in none', () => {
    const root = person({ is_super_admin: true });
    for (const caller of [root, { ...root, account_id: null }, { ...root, is_system_admin_access: true }]) {
      expect(refusalOf(() => requireAccess(access, caller))).toBeUndefined();
    }
  });

  it('lets in nobody else, whatever they may do in their account', () => {
    expect(refusalOf(() => requireAccess(access, person({ role: 'ADMIN' })))).toMatchObject(refused);
    expect(refusalOf(() => requireAccess(access, serviceIdentity('svc:x')))).toMatchObject(refused);
    expect(refusalOf(() => requireAccess(access, anonymous))).toMatchObject({ status: 401, code: 'sign-in-required' });
  });
});

describe('requireAccess to one’s own', () => {
  const me = person();
  const params = { user_id: me.user_id };
  const ofOthers = { user_id: '0190a000-0000-7000-8000-000000000002' };
  const guarded: Access[] = [
    { kind: 'role', min: 'ADMIN', or_self: 'user_id' },
    { kind: 'permission', permission: 'MANAGE_ROLES', or_self: 'user_id' },
    { kind: 'any_permission', permissions: ['MANAGE_ROLES', 'READ_PII'], or_self: 'user_id' },
    { kind: 'all_permissions', permissions: ['MANAGE_ROLES', 'READ_PII'], or_self: 'user_id' },
  ];

  it.each(guarded.map((access) => [access.kind, access] as const))('%s: needs no right', (_, access) => {
    expect(refusalOf(() => requireAccess(access, me, params))).toBeUndefined();
    expect(refusalOf(() => requireAccess(access, me, ofOthers))).toMatchObject({ status: 403 });
    expect(refusalOf(() => requireAccess(access, me))).toMatchObject({ status: 403 });
  });

  it.each(guarded.map((access) => [access.kind, access] as const))('%s: still needs an account', (_, access) => {
    expect(refusalOf(() => requireAccess(access, person({ account_id: null }), params))).toMatchObject({
      code: 'account-required',
    });
  });

  it('is not what a caller without a person asks for, whatever the path says', () => {
    const service = serviceIdentity('svc:x', { accountId: me.account_id });
    const access = guarded[0]!;
    expect(refusalOf(() => requireAccess(access, service, { user_id: null }))).toMatchObject({ code: 'role-required' });
    expect(refusalOf(() => requireAccess(access, anonymous, {}))).toMatchObject({ code: 'sign-in-required' });
  });

  it('works in no account where the route is about the person alone', () => {
    expect(refusalOf(() => requireAccess({ kind: 'self' }, person({ account_id: null })))).toBeUndefined();
    expect(refusalOf(() => requireAccess({ kind: 'self' }, serviceIdentity('svc:x')))).toMatchObject({
      code: 'person-required',
    });
  });
});

describe('permissions under conditions', () => {
  const under = (...conditions: Condition[]) =>
    person({ conditional_permissions: [{ permission: 'DELETE_CONTENT', conditions }] });
  const at = (caller: IdentityContext, ip_address: string | null, timestamp: string) => ({
    ...caller,
    ...{ request_id: 'r', transaction_id: 't', correlation_id: 'c', causation_id: 'c', user_agent: null },
    ...{ traceparent: null, ip_address, timestamp },
  });
  const noon = '2026-11-21T12:00:00.000Z';

  it('own: only of the caller’s own things', () => {
    const caller = under({ kind: 'own' });
    expect(hasPermission(caller, 'DELETE_CONTENT')).toBe(false);
    expect(hasPermission(caller, 'DELETE_CONTENT', { ownerId: caller.user_id })).toBe(true);
    expect(hasPermission(caller, 'DELETE_CONTENT', { ownerId: 'somebody' })).toBe(false);
  });

  it('ip_range: only from there, and never from an unknown address', () => {
    const caller = under({ kind: 'ip_range', ranges: ['10.0.0.0/8'] });
    expect(hasPermission(at(caller, '10.1.2.3', noon), 'DELETE_CONTENT')).toBe(true);
    expect(hasPermission(at(caller, '192.0.2.1', noon), 'DELETE_CONTENT')).toBe(false);
    expect(hasPermission(at(caller, null, noon), 'DELETE_CONTENT')).toBe(false);
    expect(hasPermission(caller, 'DELETE_CONTENT')).toBe(false);
  });

  it('time_window: only then, by the time of the request', () => {
    const caller = under({ kind: 'time_window', from: '09:00', to: '17:00', timezone: 'UTC' });
    expect(hasPermission(at(caller, null, noon), 'DELETE_CONTENT')).toBe(true);
    expect(hasPermission(at(caller, null, '2026-11-21T18:00:00.000Z'), 'DELETE_CONTENT')).toBe(false);
  });

  it('attribute: only of things that have it', () => {
    const caller = under({ kind: 'attribute', name: 'department', equals: 'news' });
    expect(hasPermission(caller, 'DELETE_CONTENT', { attributes: { department: 'news' } })).toBe(true);
    expect(hasPermission(caller, 'DELETE_CONTENT', { attributes: { department: 'sports' } })).toBe(false);
  });

  it('several: all together, and of several grants any one', () => {
    const inside: Condition = { kind: 'ip_range', ranges: ['10.0.0.0/8'] };
    const both = at(under({ kind: 'own' }, inside), '10.0.0.1', noon);
    expect(hasPermission(both, 'DELETE_CONTENT')).toBe(false);
    expect(hasPermission(both, 'DELETE_CONTENT', { ownerId: both.user_id })).toBe(true);
    const permission = 'DELETE_CONTENT' as const;
    const either = person({
      conditional_permissions: [
        { permission, conditions: [{ kind: 'own' }] },
        { permission, conditions: [inside] },
      ],
    });
    expect(hasPermission(at(either, '10.0.0.1', noon), permission)).toBe(true);
  });

  it('pass the guard of a route where they hold', () => {
    const access: Access = { kind: 'permission', permission: 'DELETE_CONTENT' };
    const caller = under({ kind: 'ip_range', ranges: ['10.0.0.0/8'] });
    expect(refusalOf(() => requireAccess(access, at(caller, '10.0.0.1', noon)))).toBeUndefined();
    expect(refusalOf(() => requireAccess(access, at(caller, '192.0.2.1', noon)))).toMatchObject({
      code: 'permission-required',
    });
  });
});

describe('several permissions', () => {
  const caller = person({ permissions: ['VIEW_CONTENT', 'CREATE_CONTENT'] });

  it('all of them: names the first one missing', () => {
    expect(refusalOf(() => requireAllPermissions(caller, ['VIEW_CONTENT', 'CREATE_CONTENT']))).toBeUndefined();
    expect(
      refusalOf(() => requireAllPermissions(caller, ['VIEW_CONTENT', 'DELETE_CONTENT', 'READ_PII'])),
    ).toMatchObject({
      code: 'permission-required',
      message: 'Missing permission: DELETE_CONTENT',
    });
  });

  it('any of them: names all', () => {
    expect(refusalOf(() => requireAnyPermission(caller, ['READ_PII', 'VIEW_CONTENT']))).toBeUndefined();
    expect(refusalOf(() => requireAnyPermission(caller, ['READ_PII', 'MANAGE_ROLES']))).toMatchObject({
      status: 403,
      code: 'any-permission-required',
      message: 'Missing permission: one of READ_PII, MANAGE_ROLES',
    });
  });

  it('any and all: the same rules as the routes', () => {
    const wanted = ['VIEW_CONTENT', 'READ_PII'] as const;
    expect(refusalOf(() => requireAccess({ kind: 'any_permission', permissions: wanted }, caller))).toBeUndefined();
    expect(refusalOf(() => requireAccess({ kind: 'all_permissions', permissions: wanted }, caller))).toMatchObject({
      ...{ code: 'permission-required', message: 'Missing permission: READ_PII' },
    });
    const neither: Access = { kind: 'any_permission', permissions: ['READ_PII', 'MANAGE_ROLES'] };
    expect(refusalOf(() => requireAccess(neither, caller))).toMatchObject({ code: 'any-permission-required' });
  });

  it('a role: the same rule as the route', () => {
    expect(refusalOf(() => requireRole(caller, 'ADMIN'))).toMatchObject({ code: 'role-required' });
  });
});
