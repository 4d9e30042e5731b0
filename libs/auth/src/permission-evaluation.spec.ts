import { permissions, type Condition, type Permission } from '@annals/contracts';
import fc from 'fast-check';
import {
  builtInRoleDefinitions,
  createGrantCache,
  decidePermission,
  grantPaths,
  heldBy,
  nextChange,
  permissionsFor,
  rolesInForce,
  type RoleDefinition,
} from './permission-evaluation.js';

const role = (id: string, parent: string | null, ...permissions: Permission[]): RoleDefinition => ({
  id,
  parent,
  active: true,
  grants: permissions.map((permission) => ({ permission, conditions: [] })),
});
const byId = (...roles: RoleDefinition[]) => new Map([...builtInRoleDefinitions, ...roles].map((one) => [one.id, one]));
const facts = { now: '2026-11-21T09:30:00Z', userId: 'ann' };

describe('grants', () => {
  it('come from the role itself and from its parents', () => {
    const roles = byId(role('reviewer', 'VIEWER', 'EDIT_OWN_CONTENT'), role('lead', 'reviewer', 'PUBLISH_CONTENT'));
    expect(permissionsFor(grantPaths(['lead'], roles), facts)).toEqual([
      'EDIT_OWN_CONTENT',
      'PUBLISH_CONTENT',
      'VIEW_CONTENT',
    ]);
  });

  it('are none for a role that is unknown or inactive, and it passes nothing on', () => {
    const roles = byId(
      { ...role('asleep', 'ADMIN', 'READ_PII'), active: false },
      role('child', 'asleep', 'VIEW_BILLING'),
    );
    expect(grantPaths(['asleep', 'no-such-role'], roles)).toEqual([]);
    expect(permissionsFor(grantPaths(['child'], roles), facts)).toEqual(['VIEW_BILLING']);
  });

  it('end where parents form a cycle', () => {
    const roles = byId(role('a', 'b', 'VIEW_BILLING'), role('b', 'a', 'VIEW_CONTENT'));
    expect(permissionsFor(grantPaths(['a'], roles), facts)).toEqual(['VIEW_BILLING', 'VIEW_CONTENT']);
  });

  it('with a condition count only when it holds', () => {
    const roles = byId({
      ...role('author', null),
      grants: [{ permission: 'EDIT_ALL_CONTENT', conditions: [{ kind: 'own' }] }],
    });
    const paths = grantPaths(['author'], roles);
    expect(permissionsFor(paths, facts)).toEqual([]);
    expect(permissionsFor(paths, { ...facts, ownerId: 'ann' })).toEqual(['EDIT_ALL_CONTENT']);
  });

  it('of one more role never take a permission away', () => {
    const ids = builtInRoleDefinitions.map((one) => one.id);
    fc.assert(
      fc.property(fc.subarray(ids), fc.constantFrom(...ids), (some, extra) => {
        const before = permissionsFor(grantPaths(some, byId()), facts);
        const after = permissionsFor(grantPaths([...some, extra], byId()), facts);
        return before.every((permission) => after.includes(permission));
      }),
    );
  });
});

describe('an explanation', () => {
  const roles = byId({
    ...role('field', 'VIEWER'),
    grants: [{ permission: 'VIEW_CONTENT', conditions: [{ kind: 'own' }] }],
  });

  it('names each path and what held on it', () => {
    expect(decidePermission(grantPaths(['field'], roles), 'VIEW_CONTENT', facts)).toEqual({
      permission: 'VIEW_CONTENT',
      granted: true,
      paths: [
        { via: ['field'], conditions: [{ condition: { kind: 'own' }, holds: false }], grants: false },
        { via: ['field', 'VIEWER'], conditions: [], grants: true },
      ],
    });
  });

  it('of what nobody granted has no path', () => {
    expect(decidePermission(grantPaths(['VIEWER'], roles), 'READ_PII', facts)).toEqual({
      permission: 'READ_PII',
      granted: false,
      paths: [],
    });
  });
});

describe('assignments', () => {
  it('hold from their beginning until just before their end', () => {
    const lent = { role: 'EDITOR', valid_from: '2026-11-21T10:00:00Z', expires_at: '2026-11-21T12:00:00+01:00' };
    expect(rolesInForce([lent], '2026-11-21T09:59:59Z')).toEqual([]);
    expect(rolesInForce([lent], '2026-11-21T10:00:00Z')).toEqual(['EDITOR']);
    expect(rolesInForce([lent], '2026-11-21T11:00:00Z')).toEqual([]);
  });

  it('given twice count once', () => {
    const lasting = { role: 'VIEWER', valid_from: null, expires_at: null };
    expect(rolesInForce([lasting, lasting], facts.now)).toEqual(['VIEWER']);
  });
});

describe('the next change', () => {
  const from = (valid_from: string | null, expires_at: string | null) => ({ valid_from, expires_at });

  it('is the first moment at which anything begins or ends', () => {
    const assignments = [
      from(null, '2026-11-21T12:00:00Z'),
      from('2026-11-21T11:00:00+01:00', '2026-11-22T00:00:00Z'),
      from('2026-11-20T00:00:00Z', null),
    ];
    expect(nextChange(assignments, '2026-11-21T09:00:00Z')).toBe('2026-11-21T10:00:00.000Z');
    expect(nextChange(assignments, '2026-11-21T10:00:00Z')).toBe('2026-11-21T12:00:00.000Z');
    expect(nextChange(assignments, '2026-11-21T12:00:00Z')).toBe('2026-11-22T00:00:00.000Z');
  });

  it('is none when everything lasts or is over', () => {
    expect(nextChange([from(null, null), from(null, facts.now)], facts.now)).toBeNull();
    expect(nextChange([], facts.now)).toBeNull();
    // Ended before it would have begun.
    expect(nextChange([from('2027-01-01T00:00:00Z', '2026-01-01T00:00:00Z')], facts.now)).toBeNull();
  });
});

describe('what is held', () => {
  it('always is apart from what is held under conditions, which is named once', () => {
    const own: Condition[] = [{ kind: 'own' }];
    const path = (permission: Permission, conditions: Condition[]) => ({ permission, conditions, via: ['x'] });
    const paths = [
      ...[path('VIEW_CONTENT', own), path('VIEW_CONTENT', [])],
      ...[path('EDIT_ALL_CONTENT', own), path('EDIT_ALL_CONTENT', own), path('CREATE_CONTENT', [])],
    ];
    expect(heldBy(paths)).toEqual({
      permissions: ['CREATE_CONTENT', 'VIEW_CONTENT'],
      conditional_permissions: [{ permission: 'EDIT_ALL_CONTENT', conditions: own }],
    });
  });
});

/** Any roles at all, also with parents that are unknown, inactive or lead in circles. */
const anyRoles = fc
  .array(
    fc.record({
      parent: fc.option(fc.constantFrom('r0', 'r1', 'r2', 'r3', 'VIEWER', 'ADMIN', 'nobody')),
      active: fc.boolean(),
      grants: fc.array(
        fc.record({
          permission: fc.constantFrom(...permissions),
          conditions: fc.array(
            fc.constantFrom<Condition>(
              { kind: 'own' },
              { kind: 'ip_range', ranges: ['10.0.0.0/8'] },
              { kind: 'time_window', from: '09:00', to: '17:00', timezone: 'UTC' },
              { kind: 'attribute', name: 'department', equals: 'news' },
            ),
            { maxLength: 2 },
          ),
        }),
        { maxLength: 4 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((roles) => roles.map((one, index) => ({ ...one, id: `r${index}` })));
const anyFacts = fc.record({
  now: fc.constantFrom('2026-11-21T12:00:00Z', '2026-11-21T23:00:00Z'),
  userId: fc.constant('ann'),
  ownerId: fc.constantFrom('ann', 'ben'),
  ipAddress: fc.constantFrom('10.0.0.1', '192.0.2.1'),
  attributes: fc.constantFrom({}, { department: 'news' }),
});

describe('laws of the evaluation', () => {
  it('a list of permissions and the decision on each say the same', () =>
    fc.assert(
      fc.property(anyRoles, anyFacts, (roles, given) => {
        const paths = grantPaths(
          roles.map(({ id }) => id),
          byId(...roles),
        );
        const decided = permissions.filter((permission) => decidePermission(paths, permission, given).granted);
        expect(permissionsFor(paths, given)).toEqual([...decided].sort());
      }),
    ));

  it('what is held without condition is granted whatever the facts, and what is not held never is', () =>
    fc.assert(
      fc.property(anyRoles, anyFacts, (roles, given) => {
        const paths = grantPaths(['r0'], byId(...roles));
        const held = heldBy(paths);
        const granted = permissionsFor(paths, given);
        expect(granted).toEqual(expect.arrayContaining(held.permissions));
        const possible = new Set([...held.permissions, ...held.conditional_permissions.map((one) => one.permission)]);
        expect(granted.filter((permission) => !possible.has(permission))).toEqual([]);
      }),
    ));

  it('a child has everything its active parent has, and more grants never take one away', () =>
    fc.assert(
      fc.property(anyRoles, anyFacts, fc.constantFrom(...permissions), (roles, given, extra) => {
        const child = role('child', 'r0', extra);
        const own = permissionsFor(grantPaths(['r0'], byId(...roles)), given);
        const inherited = permissionsFor(grantPaths(['child'], byId(...roles, child)), given);
        expect(inherited).toEqual(expect.arrayContaining([...own, extra]));
      }),
    ));

  it('circles of parents end, and no role is passed twice on one way', () =>
    fc.assert(
      fc.property(anyRoles, (roles) => {
        const circle = roles.map((one, index) => ({ ...one, active: true, parent: `r${(index + 1) % roles.length}` }));
        for (const { via } of grantPaths(['r0'], byId(...circle))) expect(new Set(via).size).toBe(via.length);
      }),
    ));
});

describe('the cache of grants', () => {
  it('asks again only for another account, version or set of roles', () => {
    const cache = createGrantCache();
    const definitions = jest.fn(() => byId());
    const first = cache.pathsOf('acme', '1', ['VIEWER', 'BILLING'], definitions);
    expect(cache.pathsOf('acme', '1', ['BILLING', 'VIEWER'], definitions)).toBe(first);
    expect(definitions).toHaveBeenCalledTimes(1);
    cache.pathsOf('acme', '2', ['VIEWER', 'BILLING'], definitions);
    cache.pathsOf('globex', '1', ['VIEWER', 'BILLING'], definitions);
    cache.pathsOf('acme', '1', ['VIEWER'], definitions);
    expect(definitions).toHaveBeenCalledTimes(4);
  });
});
