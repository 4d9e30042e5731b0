import { withTenant } from '@annals/postgres';
import { erasingAs, type RecordedErasure } from '@annals/service';
import { resignAdmin } from '../account/admins.js';
import { endGrantsOf } from '../grant/end-grants.js';
import type { Identity } from '../identity.js';
import { endMembership } from '../membership/end-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { revoke } from '../session/revocations.js';
import { forgetAccount } from '../session/session-tokens.js';
import { accountsToAsk } from '../views/user-accounts/user-accounts.js';
import { counted, type Removal } from './parts.js';

/**
 * Ends what a person is in an account, effective everywhere before it resolves: in the one that has erased them, or in all
 * of theirs. An erasure that has come so far is not held up by the rule that somebody has to run an account: it is left
 * without, as when one is closed or its last ADMIN barred, and its log says so (`no-admin`).
 */
export const leaveAccounts: Removal = async ({ identity }, erasure) => {
  const { account_id, user_id } = erasure.holder;
  const accountIds = account_id === null ? await accountsToAsk(identity.pool, user_id) : [account_id];
  let left = 0;
  for (const id of accountIds) left += await leave(identity, erasure, id);
  return left;
};

async function leave(identity: Identity, erasure: RecordedErasure, account_id: string): Promise<number> {
  const { store, pool } = identity;
  const { user_id } = erasure.holder;
  const key = membershipId(account_id, user_id);
  const step = (name: string) => erasingAs(erasure, `${name} ${account_id}`);
  const { commandId: id, context, now } = step('leave');
  const ended = await store.execute(memberships, key, {
    ...{ id, context, now, accountId: account_id },
    decide: (state) => endMembership(state, 'removed'),
  });
  await revoke(pool, ended.events[0]?.id ?? id, { kind: 'membership', key }, now);
  await resignAdmin(identity, step('unseat'), account_id, user_id, { reason: 'no-admin' });
  await endGrantsOf(identity, step('end grants'), { account_id, user_id, why: () => 'membership-ended' });
  await forgetAccount(pool, user_id, account_id);
  return counted(ended.kind === 'appended');
}

/** Removes what is counted and noted of a member besides the facts. */
export const forgetMember: Removal = async ({ identity }, { holder: { account_id, user_id } }) => {
  const accountId = account_id!;
  return withTenant(identity.pool, { accountId }, async (tx) => {
    let removed = 0;
    for (const table of ['role_holders', 'permission_uses', 'session_accounts']) {
      const { rowCount } = await tx.query(`delete from ${table} where account_id = $1 and user_id = $2`, [
        accountId,
        user_id,
      ]);
      removed += rowCount ?? 0;
    }
    return removed;
  });
};
