import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { builtInRoles } from '../../permissions.js';

const Member = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({
  entity: 'Membership',
  action,
  keys: ['account_id', 'user_id'] as const,
});

export const MembershipGranted = event('MembershipGranted', {
  category: 'membership',
  audit: Member('INSERT'),
  data: z.object({ account_id: z.uuid(), user_id: z.uuid(), role: z.enum(builtInRoles) }),
});

export const MembershipRoleChanged = event('MembershipRoleChanged', {
  category: 'membership',
  audit: Member('UPDATE'),
  data: z.object({ account_id: z.uuid(), user_id: z.uuid(), role: z.enum(builtInRoles) }),
});

export const MembershipEnded = event('MembershipEnded', {
  category: 'membership',
  audit: Member('DELETE'),
  data: z.object({ account_id: z.uuid(), user_id: z.uuid(), reason: z.enum(['removed', 'left']) }),
});

export const membershipEvents = [MembershipGranted, MembershipRoleChanged, MembershipEnded] as const;

export type MembershipEvent =
  EventOf<typeof MembershipGranted> | EventOf<typeof MembershipRoleChanged> | EventOf<typeof MembershipEnded>;
