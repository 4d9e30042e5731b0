import { personIdentity } from '@annals/auth';
import { rolePermissions, type RoleEvent } from '@annals/contracts';
import { deciderSpec, laws } from '@annals/testing';
import fc from 'fast-check';
import { changeRole, type ChangeRole } from './change-role.js';
import { defineRole, type DefineRole } from './define-role.js';
import { deleteRole, type DeleteRole } from './delete-role.js';
import { maxRoles } from './role-rules.js';
import { definitionsOf, roleSets, type RoleSet } from './role.js';

const account_id = '018f0000-0000-7000-8000-00000000000a';
const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const user_id = id(999);
const admin = personIdentity({ user_id, role: 'ADMIN', roles: ['ADMIN'], permissions: [...rolePermissions.ADMIN] });
const keeper = personIdentity({
  ...{ user_id, role: 'EDITOR', roles: ['EDITOR'] },
  permissions: [...rolePermissions.EDITOR, 'MANAGE_ROLES'],
});

type Definition = DefineRole['definition'];
const definition = (over: Partial<Definition> = {}): Definition => ({
  ...{ name: 'Reviewer', description: '', parent: null, active: true, permissions: [] },
  ...over,
});
const always = (...permissions: Definition['permissions'][number]['permission'][]) =>
  permissions.map((permission) => ({ permission, conditions: [] }));
const event = (type: 'RoleDefined' | 'RoleChanged', n: number, over: Partial<Definition> = {}): RoleEvent => ({
  type,
  data: { account_id, role_id: id(n), ...definition({ name: `Role ${n}`, ...over }) },
});
const defined = (n: number, over: Partial<Definition> = {}) => event('RoleDefined', n, over);

describe('defining a role', () => {
  const { given } = deciderSpec({
    ...roleSets,
    decide: (command: DefineRole, set: RoleSet) => defineRole(set, command),
  });
  const define = (over: Partial<Definition> = {}, by = admin): DefineRole => ({
    ...{ account_id, role_id: id(1), by },
    definition: definition(over),
  });

  it('says what it is', () =>
    given([])
      .when(define({ parent: 'VIEWER' }))
      .then([{ type: 'RoleDefined', data: { account_id, role_id: id(1), ...definition({ parent: 'VIEWER' }) } }]));
  it('twice is once', () =>
    given([defined(1)])
      .when(define())
      .thenNothing());

  it.each(['role 2', 'ROLE 2', 'ｒｏｌｅ ２', 'Admin', 'billing', 'ＡＤＭＩＮ'])('takes no name twice: %s', (name) =>
    given([defined(2)])
      .when(define({ name }))
      .thenRefuses('role-name-taken'),
  );
  it('takes the name of a role that is gone', () =>
    given([defined(2), { type: 'RoleDeleted', data: { account_id, role_id: id(2) } }])
      .when(define({ name: 'Role 2' }))
      .then([expect.objectContaining({ type: 'RoleDefined' }) as RoleEvent]));

  it('inherits from roles of this account and built-in ones alone', () =>
    given([])
      .when(define({ parent: id(7) }))
      .thenRefuses('role-parent-unknown'));
  it('inherits over ten steps at most', () => {
    const line = Array.from({ length: 10 }, (_, n) => defined(n + 2, { parent: n === 0 ? 'VIEWER' : id(n + 1) }));
    given(line)
      .when(define({ parent: id(11) }))
      .thenRefuses('role-too-deep');
    given(line)
      .when(define({ parent: id(10) }))
      .then([expect.objectContaining({ type: 'RoleDefined' }) as RoleEvent]);
  });
  it(`is done ${maxRoles} times at most`, () =>
    given(Array.from({ length: maxRoles }, (_, n) => defined(n + 2)))
      .when(define())
      .thenRefuses('too-many-roles'));
  it('holds only so many conditions, its parents’ included', () => {
    const ranges = Array.from({ length: 20 }, (_, n) => `2001:db8:aaaa:bbbb:cccc:dddd:eeee:${n}/128`);
    const permissions = Array.from({ length: 3 }, () => ({
      ...{ permission: 'READ_PII' as const, conditions: [{ kind: 'ip_range' as const, ranges }] },
    }));
    given([defined(2, { permissions })])
      .when(define({ parent: id(2), permissions }))
      .thenRefuses('role-too-large');
  });

  it('passes on nothing that its author lacks, by permission or by parent, active or not', () => {
    const refused = (over: Partial<Definition>, past: RoleEvent[] = []) =>
      given(past).when(define(over, keeper)).thenRefuses('beyond-own-rights');
    refused({ permissions: always('READ_PII') });
    refused({ permissions: [{ permission: 'READ_PII', conditions: [{ kind: 'own' }] }] });
    refused({ parent: 'MANAGER' });
    refused({ parent: id(2), active: false }, [defined(2, { active: false, permissions: always('READ_PII') })]);
    given([])
      .when(define({ parent: 'EDITOR', permissions: always('EDIT_OWN_CONTENT') }, keeper))
      .then([expect.objectContaining({ type: 'RoleDefined' }) as RoleEvent]);
  });
});

describe('changing a role', () => {
  const { given } = deciderSpec({
    ...roleSets,
    decide: (command: ChangeRole, set: RoleSet) => changeRole(set, command),
  });
  const change = (over: Partial<Definition> = {}, rest: Partial<ChangeRole> = {}): ChangeRole => ({
    ...{ account_id, role_id: id(1), ifMatch: undefined, by: admin, ...rest },
    definition: definition({ name: 'Role 1', ...over }),
  });

  it('replaces it', () =>
    given([defined(1)])
      .when(change({ active: false }))
      .then([event('RoleChanged', 1, { active: false })]));
  it('to what it is changes nothing', () =>
    given([defined(1)])
      .when(change())
      .thenNothing());
  it('is for roles that are there', () => given([]).when(change()).thenRefuses('role-not-found'));
  it('is not for built-in ones', () =>
    given([])
      .when(change({}, { role_id: 'ADMIN' }))
      .thenRefuses('built-in-role'));
  it('never closes a circle', () => {
    given([defined(1), defined(2, { parent: id(1) }), defined(3, { parent: id(2) })])
      .when(change({ parent: id(3) }))
      .thenRefuses('role-cycle');
    given([defined(1)])
      .when(change({ parent: id(1) }))
      .thenRefuses('role-cycle');
  });
  it('minds those who inherit from it', () => {
    const below = Array.from({ length: 9 }, (_, n) => defined(n + 2, { parent: id(n + 1) }));
    given([defined(1), ...below, defined(50)])
      .when(change({ parent: id(50) }))
      .thenRefuses('role-too-deep');
  });
  it('goes by the revision that last touched the role, not by that of its account', () => {
    const past = [defined(1), defined(2), event('RoleChanged', 2, { active: false })];
    given(past)
      .when(change({ active: false }, { ifMatch: 0n }))
      .then([event('RoleChanged', 1, { active: false })]);
    given(past)
      .when(change({ name: 'Role 2' }, { role_id: id(2), ifMatch: 1n }))
      .thenRefuses('role-stale');
  });
  it('neither adds nor takes what its author lacks', () => {
    given([defined(1)])
      .when(change({ permissions: always('READ_PII') }, { by: keeper }))
      .thenRefuses('beyond-own-rights');
    given([defined(1, { permissions: always('READ_PII') })])
      .when(change({}, { by: keeper }))
      .thenRefuses('beyond-own-rights');
  });
});

describe('deleting a role', () => {
  const { given } = deciderSpec({
    ...roleSets,
    decide: (command: DeleteRole, set: RoleSet) => deleteRole(set, command),
  });
  const remove = (over: Partial<DeleteRole> = {}): DeleteRole => ({
    ...{ account_id, role_id: id(1), ifMatch: undefined, by: admin, ...over },
  });

  it('takes it away', () =>
    given([defined(1)])
      .when(remove())
      .then([{ type: 'RoleDeleted', data: { account_id, role_id: id(1) } }]));
  it('is not for a parent of another', () =>
    given([defined(1), defined(2, { parent: id(1) })])
      .when(remove())
      .thenRefuses('role-in-use'));
  it('is not for roles that are built in, gone, changed meanwhile, or more than one has', () => {
    given([])
      .when(remove({ role_id: 'VIEWER' }))
      .thenRefuses('built-in-role');
    given([]).when(remove()).thenRefuses('role-not-found');
    given([defined(1)])
      .when(remove({ ifMatch: 7n }))
      .thenRefuses('role-stale');
    given([defined(1, { permissions: always('READ_PII') })])
      .when(remove({ by: keeper }))
      .thenRefuses('beyond-own-rights');
  });
});

it('no role of an account is taken for a built-in one, whatever its id', () => {
  const impostor = { role_id: 'BILLING', name: 'x', description: '', parent: 'ADMIN', active: true, permissions: [] };
  const set = { roles: new Map([['BILLING', { ...impostor, parent: 'ADMIN' as const, revision: 0n }]]), next: 1n };
  expect(definitionsOf(set).get('BILLING')).toMatchObject({ parent: null, grants: always(...rolePermissions.BILLING) });
});

const anyDefinition: fc.Arbitrary<Definition> = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'A', 'ADMIN'),
    description: fc.constant(''),
    parent: fc.constantFrom(null, 'VIEWER', id(1), id(2), id(3)),
    active: fc.boolean(),
    permissions: fc.constant([]),
  },
  { noNullPrototype: true },
);
const anyId = fc.constantFrom(id(1), id(2), id(3));
laws<RoleSet, ChangeRole>(
  'changing a role',
  { ...roleSets, decide: (command: ChangeRole, set: RoleSet) => changeRole(set, command) },
  {
    commands: fc
      .record({ account_id: fc.constant(account_id), role_id: anyId, definition: anyDefinition })
      .map((one) => ({
        ...one,
        ...{ ifMatch: undefined, by: admin },
      })),
    histories: fc.array(
      fc
        .record({ role_id: anyId, definition: anyDefinition, type: fc.constantFrom('RoleDefined', 'RoleDeleted') })
        .map(({ role_id, definition: data, type }): RoleEvent =>
          type === 'RoleDeleted'
            ? { type: 'RoleDeleted', data: { account_id, role_id } }
            : { type: 'RoleDefined', data: { account_id, role_id, ...data } },
        ),
      { maxLength: 6 },
    ),
  },
);
