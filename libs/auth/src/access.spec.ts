import type { Access, IdentityContext } from '@annals/contracts';
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

  it('a role: the same rule as the route', () => {
    expect(refusalOf(() => requireRole(caller, 'ADMIN'))).toMatchObject({ code: 'role-required' });
  });
});
