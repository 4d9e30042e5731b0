import type { GrantEndReason, GrantEvent } from '@annals/contracts';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import { grantsOfMember, type Grant, type Grants } from './grant.js';

export interface EndGrants {
  account_id: string;
  user_id: string;
  /** Why a grant ends; null when it does not. */
  why: (grant: Grant) => GrantEndReason | null;
}

/** Ends what somebody was given and may not keep. */
export function endGrants({ live }: Grants, { account_id, user_id, why }: EndGrants): GrantEvent[] {
  return [...live.values()].flatMap((grant): GrantEvent[] => {
    const reason = why(grant);
    return reason ? [{ type: 'RoleGrantEnded', data: { account_id, user_id, role_id: grant.role_id, reason } }] : [];
  });
}

/** Executes {@link endGrants}: nothing is written when there is nothing to end. */
export async function endGrantsOf({ store }: Identity, asking: Asking, ending: EndGrants): Promise<void> {
  const { account_id, user_id } = ending;
  await store.execute(grantsOfMember, membershipId(account_id, user_id), {
    ...{ id: asking.commandId, context: asking.context, now: asking.now, accountId: account_id },
    decide: (state) => endGrants(state, ending),
  });
}
