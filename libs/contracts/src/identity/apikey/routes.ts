import { z } from 'zod';
import { permissions } from '../../permissions.js';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import { oneLine } from '../personal.js';
import * as schema from './schemas.js';

const access = { kind: 'permission', permission: 'MANAGE_API_KEYS' } as const;
const keys = { owner: 'identity', tag: 'API keys' } as const;
const params = z.object({ id: z.uuid() });

/** Longest overlap of two texts of one key, in hours. */
export const longestOverlapHours = 24;

export const listApiKeysRoute = route('listApiKeys', {
  method: 'GET',
  path: '/api-keys',
  ...keys,
  summary: 'Keys of service accounts, with scopes, expiry and last use',
  access,
  query: z.strictObject({ ...pageQuery, sort_by: z.enum(['name', 'created_at', 'expires_at']).default('created_at') }),
  responses: { 200: pageOf(schema.ApiKey) },
});

export const getApiKeyRoute = route('getApiKey', {
  method: 'GET',
  path: '/api-keys/{id}',
  ...keys,
  summary: 'One key of a service account',
  access,
  params,
  responses: { 200: schema.ApiKey },
});

export const createApiKeyRoute = route('createApiKey', {
  method: 'POST',
  path: '/api-keys',
  ...keys,
  summary: 'Make a key for a service account; its text is shown in this answer only',
  access,
  reauthenticated: true,
  body: z.strictObject({
    name: oneLine(100),
    /** What the key may do: never more than its maker may. */
    scopes: z.array(z.enum(permissions)).min(1).max(permissions.length),
    /** At most a year away; 90 days when absent. */
    expires_at: z.iso.datetime().optional(),
  }),
  responses: { 201: schema.IssuedApiKey },
});

export const rotateApiKeyRoute = route('rotateApiKey', {
  method: 'POST',
  path: '/api-keys/{id}/rotate',
  ...keys,
  summary: 'Give a key a new text; the old one stays good for the overlap',
  access,
  reauthenticated: true,
  params,
  body: z.strictObject({
    /** Hours for which the text before stays good. */
    overlap_hours: z.number().int().min(0).max(longestOverlapHours).default(0),
  }),
  responses: { 200: schema.IssuedApiKey },
});

export const revokeApiKeyRoute = route('revokeApiKey', {
  method: 'DELETE',
  path: '/api-keys/{id}',
  ...keys,
  summary: 'End a key, effective everywhere within a second',
  access,
  params,
  responses: { 204: null },
});

export const apiKeyRoutes = [
  listApiKeysRoute,
  getApiKeyRoute,
  createApiKeyRoute,
  rotateApiKeyRoute,
  revokeApiKeyRoute,
] as const satisfies readonly Route[];
