import { z } from 'zod';
import { ConditionalPermission } from './conditions.js';
import { builtInRoles, permissions } from './permissions.js';

/** Who asks, for which account, with which rights. Signed by the gateway; carries no personal data in clear. */
export const IdentityContext = z.object({
  kind: z.enum(['user', 'service']),
  /** The person, or for a service principal the person on whose behalf it works; null when it works for nobody. */
  user_id: z.uuid().nullable(),
  /** Name of the service principal, as in `svc:export`; null for people. */
  principal: z.string().nullable(),
  user_email_hash: z.string().nullable(),
  account_id: z.uuid().nullable(),
  account_slug: z.string().nullable(),
  session_id: z.uuid().nullable(),
  membership_id: z.string().nullable(),
  role: z.enum(builtInRoles).nullable(),
  roles: z.array(z.string()),
  /** Held without any condition. */
  permissions: z.array(z.enum(permissions)),
  /** Held under conditions, which are checked at each use. */
  conditional_permissions: z.array(ConditionalPermission),
  /** Roles that were given for a time and are in force; every event written with them says so. */
  temporary_roles: z.array(z.string()),
  is_super_admin: z.boolean(),
  is_system_admin_access: z.boolean(),
  auth_methods: z.array(z.string()),
  /** When the person last proved who they are in this session; null for whoever has none. */
  authenticated_at: z.iso.datetime().nullable(),
  actor: z.object({ user_id: z.uuid() }).nullable(),
  /** The elevation by which a super admin is here; null for everybody else. */
  elevation_id: z.uuid().nullable(),
  /** When any of this may stop being true by itself: a grant begins or ends, an elevation ends. Null: it does not. */
  valid_until: z.iso.datetime().nullable(),
});
export type IdentityContext = z.infer<typeof IdentityContext>;

/** The request part: travels in plain headers beside the signed part. */
export const RequestContext = z.object({
  request_id: z.string(),
  transaction_id: z.string(),
  correlation_id: z.string(),
  causation_id: z.string(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  traceparent: z.string().nullable(),
  timestamp: z.iso.datetime(),
});
export type RequestContext = z.infer<typeof RequestContext>;

/** The one context of a request, derived once at the gateway and reused by every layer. */
export const CurrentUserContext = IdentityContext.extend(RequestContext.shape);
export type CurrentUserContext = z.infer<typeof CurrentUserContext>;

/** Context of a request whose caller has not signed in. */
export type AnonymousContext = RequestContext & { kind: 'anonymous' };
