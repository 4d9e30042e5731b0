import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { RoleId } from '../role/schemas.js';

const Grant = (action: 'INSERT' | 'DELETE') => ({
  entity: 'RoleGrant',
  action,
  keys: ['account_id', 'user_id', 'role_id'] as const,
});

/** A role was given to a member beside the one of the membership, for good or for a time. */
export const RoleGranted = event('RoleGranted', {
  category: 'grant',
  audit: Grant('INSERT'),
  data: z.object({
    account_id: z.uuid(),
    user_id: z.uuid(),
    role_id: RoleId,
    granted_at: z.iso.datetime(),
    /** Null: from now on. */
    valid_from: z.iso.datetime().nullable(),
    /** Exclusive; null: for good. */
    expires_at: z.iso.datetime().nullable(),
    reason: z.string().nullable(),
    /** Null when no person gave it. */
    assigned_by_id: z.uuid().nullable(),
  }),
});

export const grantEndReasons = ['revoked', 'expired', 'role-deleted', 'membership-ended'] as const;
export type GrantEndReason = (typeof grantEndReasons)[number];

export const RoleGrantEnded = event('RoleGrantEnded', {
  category: 'grant',
  audit: Grant('DELETE'),
  data: z.object({
    account_id: z.uuid(),
    user_id: z.uuid(),
    role_id: RoleId,
    reason: z.enum(grantEndReasons),
  }),
});

export const grantEvents = [RoleGranted, RoleGrantEnded] as const;

export type GrantEvent = EventOf<typeof RoleGranted> | EventOf<typeof RoleGrantEnded>;
