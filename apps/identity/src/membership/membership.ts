import type { BuiltInRole, MembershipEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

/** Whether a person belongs to an account, and as what. */
export type Membership =
  { kind: 'none' } | { kind: 'member'; account_id: string; user_id: string; role: BuiltInRole } | { kind: 'ended' };

export function evolveMembership(membership: Membership, event: MembershipEvent): Membership {
  switch (event.type) {
    case 'MembershipGranted':
      return { kind: 'member', ...event.data };
    case 'MembershipRoleChanged':
      return membership.kind === 'member' ? { ...membership, role: event.data.role } : membership;
    case 'MembershipEnded':
      return { kind: 'ended' };
  }
}

export const memberships: Aggregate<Membership> = {
  category: 'membership',
  initial: { kind: 'none' },
  evolve: evolveMembership,
};

/** The id of a membership, and of its stream: the account first, then the person. */
export const membershipId = (accountId: string, userId: string): string => `${accountId}_${userId}`;
