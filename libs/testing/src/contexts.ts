import { randomUUID } from 'node:crypto';
import {
  rolePermissions,
  type AnonymousContext,
  type BuiltInRole,
  type CurrentUserContext,
  type RequestContext,
} from '@annals/contracts';

/** The request part of a context, as the gateway would make it. */
export function requestContext(over: Partial<RequestContext> = {}): RequestContext {
  const id = randomUUID();
  return {
    request_id: id,
    transaction_id: id,
    correlation_id: id,
    causation_id: id,
    ip_address: '203.0.113.7',
    user_agent: 'jest',
    traceparent: null,
    timestamp: '2026-01-01T00:00:00.000Z',
    ...over,
  };
}

/** Somebody who has not signed in. */
export function anonymous(over: Partial<RequestContext> = {}): AnonymousContext {
  return { kind: 'anonymous', ...requestContext(over) };
}

/** A signed-in person with a built-in role (`VIEWER` unless said) and its permissions, in an account of their own. */
export function signedIn(role: BuiltInRole = 'VIEWER', over: Partial<CurrentUserContext> = {}): CurrentUserContext {
  return {
    kind: 'user',
    user_id: randomUUID(),
    principal: null,
    user_email_hash: null,
    account_id: randomUUID(),
    account_slug: 'acme',
    session_id: randomUUID(),
    membership_id: null,
    role,
    roles: [role],
    permissions: [...rolePermissions[role]],
    conditional_permissions: [],
    temporary_roles: [],
    is_super_admin: false,
    is_system_admin_access: false,
    auth_methods: ['pwd'],
    authenticated_at: null,
    actor: null,
    elevation_id: null,
    valid_until: null,
    ...requestContext(),
    ...over,
  };
}
