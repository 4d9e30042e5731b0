import { z } from 'zod';
import { allRoutes, route, type RouteDefinition } from './index.js';

const thing = {
  ...{ method: 'GET', path: '/things/{id}', owner: 'profile', tag: 'Things', summary: 's', access: { kind: 'user' } },
  params: z.object({ id: z.uuid() }),
  responses: { 200: z.object({}) },
} satisfies RouteDefinition;

describe('a route', () => {
  it('that discloses whom a parameter names has that parameter', () => {
    const query = z.strictObject({ user_id: z.uuid().optional() });
    expect(() => route('thing', { ...thing, discloses: { person: 'id' } })).not.toThrow();
    expect(() => route('thing', { ...thing, query, discloses: { person: 'user_id' } })).not.toThrow();
    expect(() => route('thing', { ...thing, discloses: { person: 'user_id' } })).toThrow('user_id');
    expect(() => route('thing', { ...thing, query, discloses: { thing: 'user_id' } })).toThrow('user_id');
  });

  it('is not marked as reading when its method says so', () =>
    expect(() => route('thing', { ...thing, reads: true })).toThrow('reads anyway'));
});

/** What only some may read, and is about nobody: what roles give, keys of services, counts, proofs, what is processed. */
const aboutNobody = new Set([
  ...['listRoles', 'getRole', 'roleAnalytics', 'listApiKeys', 'getApiKey', 'getRetention'],
  ...['getAuditProof', 'listCheckpoints', 'getAuditConsistency', 'listParked', 'getParked'],
  'getRecordsOfProcessing',
]);
/** Whose services write themselves, with more detail, who was shown what. */
const recordedInside = new Set(['getVerification', 'downloadVerificationDocument', 'exportAuditLog']);

describe('what only some may read', () => {
  const guarded = allRoutes.filter(({ definition: { method, access } }) => {
    return method === 'GET' && !['open', 'self', 'user'].includes(access.kind);
  });

  it.each(guarded.map(({ id, definition }) => [id, definition] as const))(
    '%s says whose data it shows, or is about nobody, or is recorded where it is read',
    (id, { discloses }) => {
      const reasons = [discloses !== undefined, aboutNobody.has(id), recordedInside.has(id)];
      expect(reasons.filter(Boolean)).toHaveLength(1);
    },
  );
});
