import type { IdentityContext, Permission } from '@annals/contracts';

export interface ServiceWork {
  /** The person on whose behalf it works; nobody when left out. */
  userId?: string | null;
  accountId?: string | null;
  /** The least it needs; none when left out. */
  permissions?: readonly Permission[];
}

/** The identity of a signed-in person: what is not said they do not have. */
export function personIdentity(
  known: Partial<Omit<IdentityContext, 'kind' | 'principal'>> & { user_id: string },
): IdentityContext {
  return { ...nobody, kind: 'user', ...known };
}

const nobody: Omit<IdentityContext, 'kind'> = {
  user_id: null,
  principal: null,
  user_email_hash: null,
  account_id: null,
  account_slug: null,
  session_id: null,
  membership_id: null,
  role: null,
  roles: [],
  permissions: [],
  conditional_permissions: [],
  temporary_roles: [],
  is_super_admin: false,
  is_system_admin_access: false,
  auth_methods: [],
  authenticated_at: null,
  actor: null,
  elevation_id: null,
  valid_until: null,
};

/** The identity of a named service principal, as in `svc:retention`. It has no role and only the permissions it names. */
export function serviceIdentity(principal: string, work: ServiceWork = {}): IdentityContext {
  return {
    ...nobody,
    kind: 'service',
    principal,
    user_id: work.userId ?? null,
    account_id: work.accountId ?? null,
    permissions: [...(work.permissions ?? [])],
  };
}

/** The same identity without any right: what a stored message may say of somebody. Rights are looked up when it is handled. */
export function withoutRights(identity: IdentityContext): IdentityContext {
  return {
    ...identity,
    ...{ role: null, roles: [], permissions: [], conditional_permissions: [], temporary_roles: [] },
    ...{ is_super_admin: false, is_system_admin_access: false, elevation_id: null, valid_until: null },
  };
}
