import { z } from 'zod';
import { event, type AuditAction, type EventOf } from '../../event.js';
import { builtInRoles } from '../../permissions.js';
import { AccountPolicies } from './policies.js';

const Account = (action: AuditAction) => ({ entity: 'Account', action, keys: ['account_id'] as const });

/** An account: a tenant. The name is an organisation's; a home account is called Home, so no person's name stands here. */
export const AccountCreated = event('AccountCreated', {
  category: 'account',
  audit: Account('INSERT'),
  data: z.object({
    account_id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    domain: z.string().nullable().default(null),
    kind: z.enum(['home', 'team']),
    /** Its first ADMIN. */
    created_by_id: z.uuid(),
    created_at: z.iso.datetime(),
  }),
});

/** What the account is called changed; all three as they are now. */
export const AccountUpdated = event('AccountUpdated', {
  category: 'account',
  audit: Account('UPDATE'),
  data: z.object({ account_id: z.uuid(), name: z.string(), slug: z.string(), domain: z.string().nullable() }),
});

/** What the account asks of its members changed; the whole new value. */
export const AccountPoliciesChanged = event('AccountPoliciesChanged', {
  category: 'account',
  audit: Account('UPDATE'),
  data: z.object({ account_id: z.uuid(), policies: AccountPolicies }),
});

/** Nobody works in the account any more. It keeps its name, its domain and its members, so that it can come back. */
export const AccountClosed = event('AccountClosed', {
  category: 'account',
  audit: Account('DELETE'),
  data: z.object({ account_id: z.uuid() }),
});

export const AccountRestored = event('AccountRestored', {
  category: 'account',
  audit: Account('INSERT'),
  data: z.object({ account_id: z.uuid(), restored_as: z.enum(['admin', 'super-admin']) }),
});

/** A creation that stopped halfway was given up, so its names are free again; it can never complete later. */
export const AccountAbandoned = event('AccountAbandoned', {
  category: 'account',
  audit: Account('DELETE'),
  data: z.object({ account_id: z.uuid() }),
});

/** A change that stopped halfway was given up, so the name it had claimed is free again; it can never complete later. */
export const AccountClaimGivenUp = event('AccountClaimGivenUp', {
  category: 'account',
  audit: Account('UPDATE'),
  data: z.object({ account_id: z.uuid(), claim: z.enum(['name', 'slug', 'domain']) }),
});

/** The account has one more person who may run it. Follows the membership's own fact. */
export const AccountAdminAdded = event('AccountAdminAdded', {
  category: 'account',
  audit: { entity: 'AccountAdmin', action: 'INSERT', keys: ['account_id', 'user_id'] },
  data: z.object({ account_id: z.uuid(), user_id: z.uuid() }),
});

/**
 * The account has one person less who may run it. Comes before the fact it makes room for, and says which one that is:
 * the member gets another `role`, is removed, leaves, or is barred from acting at all.
 */
export const AccountAdminRemoved = event('AccountAdminRemoved', {
  category: 'account',
  audit: { entity: 'AccountAdmin', action: 'DELETE', keys: ['account_id', 'user_id'] },
  data: z.object({
    account_id: z.uuid(),
    user_id: z.uuid(),
    reason: z.enum(['role-changed', 'removed', 'left', 'barred', 'no-admin']),
    role: z.enum(builtInRoles).nullable(),
  }),
});

export const accountEvents = [
  AccountCreated,
  AccountUpdated,
  AccountPoliciesChanged,
  AccountClosed,
  AccountRestored,
  AccountAbandoned,
  AccountClaimGivenUp,
  AccountAdminAdded,
  AccountAdminRemoved,
] as const;

export type AccountEvent = EventOf<(typeof accountEvents)[number]>;
