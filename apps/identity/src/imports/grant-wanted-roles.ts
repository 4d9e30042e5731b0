import { derivedId, type Outcome } from '@annals/event-store';
import { commandIn, type Asking } from '../asking.js';
import { enforceGrants } from '../grant/enforce-grants.js';
import { grantRole } from '../grant/grant-role.js';
import { grantsOfMember, isOver, type Grants } from '../grant/grant.js';
import { noteHolder } from '../grant/holders.js';
import type { Identity } from '../identity.js';
import { membershipId } from '../membership/membership.js';
import type { Importer } from './importer.js';

/**
 * Gives a member the roles of a row, for good. One that they have stays as it is, also for a time.
 * @returns how many were given by this row, now or in an earlier try
 * @throws Problem 409 `too-many-grants`
 */
export async function grantWantedRoles(
  identity: Identity,
  asking: Asking,
  { account_id, user_id: assigned_by_id }: Importer,
  user_id: string,
  roles: readonly string[],
): Promise<number> {
  const { now } = asking;
  const member = membershipId(account_id, user_id);
  let given = 0;
  for (const role_id of new Set(roles)) {
    // Before the fact: who deletes the role at the same time must know whom to ask.
    await noteHolder(identity.pool, { account_id, user_id, role_id });
    const grant = { role_id, granted_at: now, valid_from: null, expires_at: null, reason: null, assigned_by_id };
    const outcome: Outcome<Grants> = await identity.store.execute(grantsOfMember, member, {
      ...commandIn({ ...asking, commandId: derivedId(asking.commandId, `role ${role_id}`) }, account_id),
      decide: (state) => {
        const present = state.live.get(role_id);
        return present && !isOver(present, now) ? [] : grantRole(state, { account_id, user_id, grant, now });
      },
    });
    const [written] = outcome.events;
    if (!written) continue;
    given += 1;
    await enforceGrants(identity.pool, written.id, member, now);
  }
  return given;
}
