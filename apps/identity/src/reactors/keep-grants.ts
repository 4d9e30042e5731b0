import type { GrantEndReason } from '@annals/contracts';
import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { endGrantsOf } from '../grant/end-grants.js';
import { enforceGrants } from '../grant/enforce-grants.js';
import type { Grant } from '../grant/grant.js';
import { forgetHolders, holdersToAsk, noteHolder } from '../grant/holders.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { enforceRoles } from '../role/enforce-roles.js';
import { isBuiltIn } from '../role/role-rules.js';
import { roleSets } from '../role/role.js';

const principal = 'svc:identity';

interface Held {
  account_id: string;
  user_id: string;
  role_id: Grant['role_id'];
}

/**
 * Repeats what follows a change of roles and grants, for the case that the command fell in between, and ends grants that
 * nobody may keep: of a role that is gone, and of who is no member any more.
 */
export function keepGrants(identity: Identity): Reactor {
  const { store, pool } = identity;

  async function enforce(event: StoredEvent): Promise<void> {
    const { account_id, user_id } = event.data as unknown as Held;
    await enforceGrants(pool, event.id, membershipId(account_id, user_id), event.metadata.occurred_at);
  }

  /** A grant and what it depends on lie in streams of their own: both may have changed at the same moment. */
  async function checkGrant(event: StoredEvent): Promise<void> {
    const { account_id, user_id, role_id } = event.data as unknown as Held;
    await noteHolder(pool, { account_id, user_id, role_id });
    await enforce(event);
    const reason = await whyNotKept({ account_id, user_id, role_id });
    if (!reason) return;
    await endGrantsOf(identity, actingOn(event, principal, user_id), {
      ...{ account_id, user_id },
      why: (grant) => (grant.role_id === role_id ? reason : null),
    });
  }

  async function whyNotKept({ account_id, user_id, role_id }: Held): Promise<GrantEndReason | null> {
    const { state: membership } = await store.load(memberships, membershipId(account_id, user_id));
    if (membership.kind !== 'member') return 'membership-ended';
    if (isBuiltIn(role_id)) return null;
    const { state: set } = await store.load(roleSets, account_id);
    return set.roles.has(role_id) ? null : 'role-deleted';
  }

  async function endAllOf(event: StoredEvent): Promise<void> {
    const { account_id, user_id } = event.data as unknown as Held;
    const ended = Date.parse(event.metadata.occurred_at);
    await endGrantsOf(identity, actingOn(event, principal, user_id), {
      ...{ account_id, user_id },
      // What they were given after coming back is theirs.
      why: ({ granted_at }) => (Date.parse(granted_at) <= ended ? 'membership-ended' : null),
    });
  }

  async function enforceRole(event: StoredEvent): Promise<void> {
    await enforceRoles(pool, event.id, String(event.data.account_id), event.metadata.occurred_at);
  }

  async function endAllGrantsOfRole(event: StoredEvent): Promise<void> {
    const { account_id, role_id } = event.data as unknown as Held;
    await enforceRole(event);
    for (const user_id of await holdersToAsk(pool, account_id, role_id)) {
      await endGrantsOf(identity, actingOn(event, principal, user_id), {
        ...{ account_id, user_id },
        why: (grant) => (grant.role_id === role_id ? 'role-deleted' : null),
      });
    }
    await forgetHolders(pool, account_id, role_id);
  }

  return {
    name: 'keep-grants',
    categories: ['grant', 'role', 'membership'],
    on: {
      RoleGranted: checkGrant,
      RoleGrantEnded: enforce,
      RoleChanged: enforceRole,
      RoleDeleted: endAllGrantsOfRole,
      MembershipEnded: endAllOf,
    },
  };
}
