import { allRoutes } from '@annals/contracts';
import { destinations } from './destination.js';

describe('the routing table', () => {
  const table = destinations(allRoutes);
  const id = '0190a000-0000-7000-8000-000000000001';
  /** Parameters that are no UUIDs. */
  const fillings: Record<string, string> = {
    avatar_id: 'a'.repeat(64),
    file: '64.webp',
    parked_id: 'export-letter-12',
  };

  it.each(allRoutes.map((route) => [route.id, route] as const))('finds %s at its own path', (_id, { definition }) => {
    const path = `/api/v1${definition.path}`.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => fillings[name] ?? id);
    const { route } = table.match(definition.method, path);
    expect(route).toMatchObject({ owner: definition.owner, path: `/api/v1${definition.path}` });
    expect(route.open).toBe(definition.access.kind === 'open');
  });

  it('knows limits, streams, secrets and the account of a path from the contract', () => {
    const at = (method: string, path: string) => table.match(method, `/api/v1${path}`).route;
    expect(at('GET', '/users/profile')).toMatchObject({ bodyLimit: 0, streams: false, accountParameter: null });
    expect(at('PUT', '/users/profile').bodyLimit).toBe(100 * 1024);
    expect(at('POST', '/users/activity').bodyLimit).toBe(512 * 1024);
    expect(at('POST', '/users/profile/avatar').bodyLimit).toBe(5 * 1024 * 1024 + 64 * 1024);
    expect(at('POST', '/auth/login').secret).toBe(true);
    expect(at('GET', `/users/data/export/${id}/events`).streams).toBe(true);
    expect(at('GET', `/accounts/${id}/members`).accountParameter).toBe('id');
    expect(at('GET', `/users/${id}`).accountParameter).toBeNull();
    // Nobody can be in a closed account, so bringing it back works from outside.
    expect(at('POST', `/accounts/${id}/restore`).accountParameter).toBeNull();
  });
});
