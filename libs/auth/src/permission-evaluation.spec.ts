import type { Permission } from '@annals/contracts';
import fc from 'fast-check';
import {
  beyondOwn,
  builtInRoleDefinitions,
  createGrantCache,
  decidePermission,
  grantPaths,
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

describe('beyondOwn', () => {
  it('names what a giver lacks', () => {
    const wanted = ['VIEW_CONTENT', 'READ_PII', 'READ_PII'] as const;
    expect(
      beyondOwn(
        ['VIEW_CONTENT'],
        wanted.map((permission) => ({ permission, conditions: [] })),
      ),
    ).toEqual(['READ_PII']);
  });
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
